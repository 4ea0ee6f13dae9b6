package notify

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"
	"time"

	"ringfence/internal/pbx"
)

// message is a mail before it is put into words.
type message struct {
	kind       string
	user       pbx.User // whom it is about
	org        pbx.Organization
	language   string // his own, or inherited (S1)
	timeZone   string
	to, by     string
	other      string // the other address
	page, link string
	until      time.Time // when the link ends
	voice      voice     // of those about a voice message
}

// written is what a language makes of a message.
type written struct {
	subject string
	before  []string // paragraphs above the link
	button  string   // what the link does; empty without
	after   []string // paragraphs below it
}

// letter puts the message into the receiver's language, else into English.
func (m message) letter(id string, at time.Time, s pbx.MailServer) (Letter, error) {
	base, _, _ := strings.Cut(m.language, "-")
	var w written
	switch base {
	case "de":
		w = german(m)
	case "it":
		w = italian(m)
	default:
		base, w = "en", english(m)
	}
	if w.subject == "" {
		return Letter{}, fmt.Errorf("there are no words for a mail of kind %q", m.kind)
	}
	link := ""
	if m.link != "" {
		link = m.page + m.link
	}
	l := Letter{
		ID: strings.ReplaceAll(id, "/", "."), At: at, Language: base, Subject: w.subject, Text: plain(w, link),
		From:    Address{Name: cmp.Or(s.SenderName, m.org.Name), Email: s.Sender},
		To:      Address{Name: m.user.Shown(), Email: m.to},
		ReplyTo: Address{Email: s.ReplyTo}, Attached: m.voice.attached,
	}
	var b strings.Builder
	err := page.Execute(&b, map[string]any{
		"Language": base, "Subject": w.subject, "Before": w.before, "Link": link, "Button": w.button, "After": w.after,
		"From": m.org.Name,
	})
	l.HTML = b.String()
	return l, err
}

func plain(w written, link string) string {
	parts := append([]string{}, w.before...)
	if link != "" {
		parts = append(parts, w.button+":\n"+link)
	}
	parts = append(parts, w.after...)
	return strings.Join(parts, "\n\n") + "\n"
}

// page is simple on purpose: it is read well by every mail program, and loads nothing.
var page = template.Must(template.New("mail").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><title>{{.Subject}}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 sans-serif;color:#1c2530;background:#ffffff">
<div style="max-width:560px;margin:0 auto">
{{range .Before}}<p style="white-space:pre-line">{{.}}</p>
{{end}}{{if .Link}}<p><a href="{{.Link}}" style="display:inline-block;padding:10px 18px;background:#1f5fbf;color:#ffffff;text-decoration:none;border-radius:4px">{{.Button}}</a></p>
<p style="font-size:13px;color:#5a6675;word-break:break-all">{{.Link}}</p>
{{end}}{{range .After}}<p>{{.}}</p>
{{end}}<p style="font-size:13px;color:#5a6675;border-top:1px solid #d8dee6;padding-top:12px">{{.From}}</p>
</div></body></html>
`))

// end is when the link ends, in the receiver's time zone.
func (m message) end(layout string) string { return m.local(m.until, layout) }

func (m message) local(t time.Time, layout string) string {
	zone, err := time.LoadLocation(m.timeZone)
	if err != nil {
		zone = time.UTC
	}
	return t.In(zone).Format(layout + " (MST)")
}

// names tells a person how he is called here.
func (m message) names(number, username string) string {
	var parts []string
	if m.user.Number != "" {
		parts = append(parts, number+": "+m.user.Number)
	}
	return strings.Join(append(parts, username+": "+m.user.Username), "\n")
}
