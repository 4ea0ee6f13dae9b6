package httpapi

import (
	"context"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// OutsideResult is what a block or file of outside numbers does, line by line.
type OutsideResult struct {
	Rows    []OutsideRow `json:"rows" nullable:"false"`
	Added   int          `json:"added"`
	Changed int          `json:"changed"`
	Same    int          `json:"same"`
	Errors  int          `json:"errors" doc:"Above 0 only in a dry run: else nothing is done and it is an error"`
}

// OutsideRow is one line of it.
type OutsideRow struct {
	Line    int     `json:"line"`
	Value   string  `json:"value,omitempty"`
	Shown   string  `json:"shown"`
	Action  string  `json:"action" enum:"add,change,same,error"`
	LeadsTo *Holder `json:"leadsTo,omitempty"`
	WasName string  `json:"wasName,omitempty" doc:"Whom it led to before"`
	Note    string  `json:"note,omitempty"`
	Place   string  `json:"locationName,omitempty"`
	Problem string  `json:"problem,omitempty"`
}

func outsideResult(r admin.OutsideResult) OutsideResult {
	v := OutsideResult{
		Rows: make([]OutsideRow, len(r.Rows)), Added: r.Added, Changed: r.Changed, Same: r.Same, Errors: r.Errors,
	}
	for i, row := range r.Rows {
		v.Rows[i] = OutsideRow{
			Line: row.Line, Value: row.Value, Shown: row.Shown(), Action: string(row.Action), WasName: row.WasName,
			Note: row.Note, Place: row.Place, Problem: row.Problem,
		}
		if !row.LeadsTo.IsZero() {
			v.Rows[i].LeadsTo = &Holder{Kind: string(row.LeadsTo.Kind), ID: row.LeadsTo.ID, Name: row.Name}
		}
	}
	return v
}

// OutsideBlockInput is a range of outside numbers.
type OutsideBlockInput struct {
	First       string `json:"first" maxLength:"64" doc:"In any notation"`
	Last        string `json:"last" maxLength:"64" doc:"The same, or only the digits in which it differs"`
	MatchDigits int    `json:"matchDigits,omitempty" minimum:"0" maximum:"8" doc:"How many last digits are the extension of whom a number leads to; 0: they lead nowhere"`
	Note        string `json:"note,omitempty" maxLength:"1000"`
	LocationID  int64  `json:"locationId,omitempty" minimum:"0" doc:"0: none"`
}

// OutsideFileInput is a file of outside numbers.
type OutsideFileInput struct {
	CSV string `json:"csv" maxLength:"1000000" doc:"Columns number, user (extension or username, or the number of a ring group; - for nobody), note, state, location (by name; - for none)"`
}

func (a *API) createOutsideBlock(ctx context.Context, who caller, in *struct {
	CreateInput
	Body OutsideBlockInput
},
) (*doneOutput[OutsideResult], error) {
	b := admin.OutsideBlock{
		First: in.Body.First, Last: in.Body.Last, MatchDigits: in.Body.MatchDigits, Note: in.Body.Note,
		Location: pbx.LocationID(in.Body.LocationID),
	}
	r, cs, err := a.cfg.Admin.AddOutsideBlock(ctx, who.Actor, b, in.write("numbers/block", b))
	if err != nil {
		return nil, err
	}
	return &doneOutput[OutsideResult]{changedBy(cs), outsideResult(r)}, nil
}

func (a *API) importOutside(ctx context.Context, who caller, in *struct {
	CreateInput
	Body OutsideFileInput
},
) (*doneOutput[OutsideResult], error) {
	r, cs, err := a.cfg.Admin.ImportOutside(ctx, who.Actor, in.Body.CSV, in.write("numbers/import", in.Body))
	if err != nil {
		return nil, err
	}
	return &doneOutput[OutsideResult]{changedBy(cs), outsideResult(r)}, nil
}
