import { languages, loadLanguage, t, useLanguage, type Language } from '../locale'
import { useMe } from '../session/may'
import { useUpdateMe } from '../session/queries'
import { asProblem } from '../api/problem'
import { advise } from '../ui/advise'
import { HeaderMenu } from '../ui/HeaderMenu'
import { IconLanguage } from '../ui/icons'
import { problemText } from '../ui/problem-text'

/** LanguageMenu chooses the language of the page; whoever is signed in keeps it for the next time. */
export function LanguageMenu() {
  const me = useMe()
  const update = useUpdateMe()
  const current = useLanguage()
  const choose = async (language: Language) => {
    try {
      await loadLanguage(language)
      if (me?.username && me.language !== language) await update.mutateAsync({ language })
    } catch (error) {
      advise({ tone: 'failed', text: problemText(asProblem(error)) }, 'here')
    }
  }
  return (
    <HeaderMenu
      label={t('frame.language')}
      button={<IconLanguage size={18} />}
      items={(Object.keys(languages) as Language[]).map((language) => ({
        label: languages[language],
        lang: language,
        current: language === current,
        onClick: () => void choose(language),
      }))}
    />
  )
}
