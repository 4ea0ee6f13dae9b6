package httpapi

import (
	"context"
	"errors"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/notify"
	"ringfence/internal/pbx"
)

// MailServer is how the organization's mail goes out. Its password is never shown.
type MailServer struct {
	Configured  bool   `json:"configured"`
	Host        string `json:"host"`
	Port        int    `json:"port"`
	TLS         string `json:"tls" enum:"starttls,implicit,none"`
	AllowPlain  bool   `json:"allowPlain"`
	Authority   string `json:"authority" doc:"PEM of the certificate authority of the mail server, if it is not a public one"`
	Username    string `json:"username"`
	PasswordSet bool   `json:"passwordSet"`
	Sender      string `json:"sender"`
	SenderName  string `json:"senderName"`
	ReplyTo     string `json:"replyTo"`
	PageURL     string `json:"pageUrl" doc:"Where links lead to; empty: the address that the server knows of itself"`
	Failed      int    `json:"failed" doc:"Mails that were given up"`
	Version     int64  `json:"version"`
	CreatedAt   Time   `json:"createdAt,omitzero"`
	UpdatedAt   Time   `json:"updatedAt,omitzero"`
}

// MailServerInput sets up mail as a whole.
type MailServerInput struct {
	Host       string  `json:"host" maxLength:"253"`
	Port       int     `json:"port" minimum:"1" maximum:"65535"`
	TLS        string  `json:"tls" enum:"starttls,implicit,none" doc:"starttls is required, never only tried"`
	AllowPlain bool    `json:"allowPlain,omitempty" doc:"No TLS is meant, also beyond this machine"`
	Authority  string  `json:"authority,omitempty" maxLength:"40000"`
	Username   string  `json:"username,omitempty" maxLength:"254"`
	Password   *string `json:"password,omitempty" maxLength:"1000" doc:"Left out: as it was, while the server stays the same"`
	Sender     string  `json:"sender" maxLength:"254"`
	SenderName string  `json:"senderName,omitempty" maxLength:"400"`
	ReplyTo    string  `json:"replyTo,omitempty" maxLength:"254"`
	PageURL    string  `json:"pageUrl,omitempty" maxLength:"300"`

	Fixed
	Configured  any `json:"configured,omitempty" readOnly:"true"`
	PasswordSet any `json:"passwordSet,omitempty" readOnly:"true"`
	Failed      any `json:"failed,omitempty" readOnly:"true"`
}

func (in MailServerInput) server() admin.MailServerInput {
	v := admin.MailServerInput{
		Host: in.Host, Port: in.Port, TLS: pbx.MailTLS(in.TLS), AllowPlain: in.AllowPlain, Authority: in.Authority,
		Username: in.Username, Sender: in.Sender, SenderName: in.SenderName, ReplyTo: in.ReplyTo, PageURL: in.PageURL,
	}
	if in.Password != nil {
		v.Password = new(pbx.NewSecret(*in.Password))
	}
	return v
}

// MailTest asks for a test mail.
type MailTest struct {
	To string `json:"to" maxLength:"254"`
}

// MailAnswer is what became of a test mail.
type MailAnswer struct {
	Sent   bool   `json:"sent"`
	Answer string `json:"answer" doc:"The mail server's own words, or what kept it from being reached"`
}

// UnsentMail is a mail that is not sent.
type UnsentMail struct {
	ID        int64  `json:"id"`
	Kind      string `json:"kind" enum:"invitation,reset,email_confirm,email_pending,email_changed"`
	To        string `json:"to"`
	UserID    int64  `json:"userId"`
	By        string `json:"by" doc:"Who asked for it"`
	State     string `json:"state" enum:"waiting,failed"`
	Tries     int    `json:"tries"`
	Answer    string `json:"answer" doc:"What the mail server said last"`
	CreatedAt Time   `json:"createdAt"`
	TriedAt   Time   `json:"triedAt,omitzero"`
	NextAt    Time   `json:"nextAt,omitzero" doc:"When it is tried again"`
}

func unsentView(j pbx.Job) UnsentMail {
	v := UnsentMail{
		ID: int64(j.ID), Kind: j.Kind, To: j.To, UserID: int64(j.User), By: j.By, State: string(j.State), Tries: j.Attempts,
		Answer: j.LastAnswer, CreatedAt: Time{j.CreatedAt}, TriedAt: Time{j.LastAt},
	}
	if j.State == pbx.JobWaiting {
		v.NextAt = Time{j.DueAt}
	}
	return v
}

func (a *API) mail() {
	add(a, operation{
		id: "getMail", method: http.MethodGet, path: "/mail", tag: "Mail",
		summary: "Read how mail goes out", permission: pbx.PermOrganizationRead,
	}, a.getMail)
	add(a, operation{
		id: "setMail", method: http.MethodPut, path: "/mail", tag: "Mail",
		summary: "Set up how mail goes out", permission: pbx.PermOrganizationWrite,
	}, a.setMail)
	add(a, operation{
		id: "removeMail", method: http.MethodDelete, path: "/mail", tag: "Mail",
		summary: "Send no mail any more", permission: pbx.PermOrganizationWrite, status: http.StatusNoContent,
	}, a.removeMail)
	add(a, operation{
		id: "testMail", method: http.MethodPost, path: "/mail/test", tag: "Mail",
		summary:    "Send a test mail now and tell what the mail server answers",
		permission: pbx.PermOrganizationWrite,
	}, a.testMail)
	add(a, operation{
		id: "listOutbox", method: http.MethodGet, path: "/mail/outbox", tag: "Mail",
		summary: "List the mails that are not sent, the newest first", permission: pbx.PermOrganizationRead,
	}, a.listOutbox)
	add(a, operation{
		id: "retryMail", method: http.MethodPost, path: "/mail/outbox/{id}/retry", tag: "Mail",
		summary: "Try a mail again now", permission: pbx.PermOrganizationWrite, status: http.StatusNoContent,
	}, a.retryMail)
	add(a, operation{
		id: "dropMail", method: http.MethodDelete, path: "/mail/outbox/{id}", tag: "Mail",
		summary:    "Drop a mail; a link that it holds ends",
		permission: pbx.PermOrganizationWrite, status: http.StatusNoContent,
	}, a.dropMail)
}

func (a *API) mailView(ctx context.Context, who caller, v admin.MailServerView) (MailServer, error) {
	failed, err := a.cfg.Mail.Failed(ctx, who.Actor)
	out := MailServer{
		Configured: v.Configured(), Host: v.Host, Port: v.Port, TLS: string(v.TLS), AllowPlain: v.AllowPlain,
		Authority: v.Authority, Username: v.Username, PasswordSet: v.PasswordSet, Sender: v.Sender, SenderName: v.SenderName,
		ReplyTo: v.ReplyTo, PageURL: v.PageURL, Failed: failed, Version: v.Version,
		CreatedAt: Time{v.CreatedAt}, UpdatedAt: Time{v.UpdatedAt},
	}
	if !out.Configured { // what the form begins with
		out.Port, out.TLS = 587, string(pbx.MailSTARTTLS)
	}
	return out, err
}

func (a *API) getMail(ctx context.Context, who caller, _ *struct{}) (*oneOutput[MailServer], error) {
	v, err := a.cfg.Admin.MailServer(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	body, err := a.mailView(ctx, who, v)
	return one(v.Version, body), err
}

func (a *API) setMail(ctx context.Context, who caller, in *struct {
	WriteInput
	IfMatch string `header:"If-Match" maxLength:"50"`
	Body    MailServerInput
},
) (*writtenOutput[MailServer], error) {
	version, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	v, cs, err := a.cfg.Admin.SetMailServer(ctx, who.Actor, in.Body.server(), admin.Write{DryRun: in.DryRun, IfMatch: version})
	if err != nil {
		return nil, err
	}
	body, err := a.mailView(ctx, who, v)
	return written(cs, v.Version, body), err
}

func (a *API) removeMail(ctx context.Context, who caller, in *struct {
	WriteInput
	IfMatch string `header:"If-Match" maxLength:"50"`
},
) (*goneOutput, error) {
	version, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	cs, err := a.cfg.Admin.RemoveMailServer(ctx, who.Actor, admin.Write{DryRun: in.DryRun, IfMatch: version})
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}

func (a *API) testMail(ctx context.Context, who caller, in *struct{ Body MailTest }) (*struct{ Body MailAnswer }, error) {
	answer, err := a.cfg.Mail.Test(ctx, who.Actor, in.Body.To)
	if r, ok := errors.AsType[*notify.Refusal](err); ok {
		return &struct{ Body MailAnswer }{MailAnswer{Answer: r.Answer}}, nil
	}
	if err != nil {
		return nil, err
	}
	return &struct{ Body MailAnswer }{MailAnswer{Sent: true, Answer: answer}}, nil
}

func (a *API) listOutbox(ctx context.Context, who caller, in *struct {
	Limit int `query:"limit" minimum:"0" maximum:"500" doc:"Items on a page, 50 unless told"`
	Page  int `query:"page" minimum:"0" maximum:"1000" doc:"Page number from 1"`
},
) (*listOutput[UnsentMail], error) {
	if in.Limit == 0 {
		in.Limit = 50
	}
	p, err := a.cfg.Mail.Outbox(ctx, who.Actor, in.Limit, max(in.Page-1, 0)*in.Limit)
	if err != nil {
		return nil, err
	}
	return page(p, unsentView), nil
}

func (a *API) retryMail(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{}, error) {
	return nil, a.cfg.Mail.TryAgain(ctx, who.Actor, pbx.JobID(in.ID))
}

func (a *API) dropMail(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{}, error) {
	return nil, a.cfg.Mail.Drop(ctx, who.Actor, pbx.JobID(in.ID))
}
