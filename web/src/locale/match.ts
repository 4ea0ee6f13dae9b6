const places = /\{(\w+)\}/g

/**
 * matcher translates texts by their English: a pattern has {places} for what was put in, which goes into the same places of
 * its translation, translated itself where that is a text too. What matches nothing stays as it is.
 */
export function matcher(texts: Record<string, string>): (text: string) => string {
  const patterns = Object.entries(texts)
    .filter(([english]) => english.includes('{'))
    .map(([english, translation]) => ({ pattern: patternOf(english), translation }))
  const translate = (text: string): string => {
    const whole = texts[text]
    if (whole !== undefined) return whole
    for (const { pattern, translation } of patterns) {
      const found = pattern.exec(text)?.groups
      if (found) return translation.replace(places, (place, name: string) => translate(found[name] ?? place))
    }
    // "anna: A username needs a letter" says something about one of several values.
    const colon = text.indexOf(': ')
    return colon > 0 ? text.slice(0, colon + 2) + translate(text.slice(colon + 2)) : text
  }
  return translate
}

function patternOf(english: string): RegExp {
  const source = english
    .split(/(\{\w+\})/)
    .map((part) =>
      /^\{\w+\}$/.test(part) ? `(?<${part.slice(1, -1)}>.+?)` : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    )
  return new RegExp(`^${source.join('')}$`, 's')
}
