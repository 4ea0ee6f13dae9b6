package store

import (
	"strings"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func TestErasedPeopleLeaveRecordsAndHistory(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(t *testing.T) *Store) {
		s := fresh(t)
		at := time.UnixMilli(1_700_000_000_000).UTC()
		record := func(id pbx.CallID, caller, callee pbx.CallParty) pbx.CallRecord {
			return pbx.CallRecord{
				ID: id, Organization: 1, Dialled: callee.Number, Caller: caller, Callee: callee, StartedAt: at, EndedAt: at,
				EndReason: pbx.EndCompletedCaller,
			}
		}
		anna := pbx.CallParty{User: 7, Number: "201", Name: "Anna Berg"}
		ben := pbx.CallParty{User: 8, Number: "202", Name: "Ben Carlsen"}
		cleo := pbx.CallParty{User: 9, Number: "203", Name: "Cleo Dahl"}
		commitRecords(t, s, record(1, anna, ben), record(2, ben, anna), record(3, ben, cleo))
		leftBy7 := pbx.VoiceMessage{
			Organization: 1, User: 8, State: pbx.MessageNew, Caller: 7, Number: "201", Name: "Anna Berg", LeftAt: at, Blob: "a1",
		}
		leftBy8, own := leftBy7, leftBy7
		leftBy8.Caller, leftBy8.Name, leftBy8.Blob = 8, "Ben Carlsen", "a2"
		own.User, own.Caller, own.Blob = 7, 9, "a3"
		if _, err := s.Mailboxes().AddMessages(t.Context(), leftBy7, leftBy8, own); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Mailboxes().PutGreeting(t.Context(), 1, pbx.Greeting{User: 7, Kind: pbx.GreetingAway, Blob: "a4"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Records().EraseUsers(t.Context(), 1, []pbx.UserID{7}); err != nil {
			t.Fatal(err)
		}
		messages, err := s.Mailboxes().Messages(t.Context(), 8, pbx.MessageNew)
		if err != nil || len(messages) != 2 || messages[0].Name != admin.Erased || messages[0].Number != "" ||
			messages[0].Blob != "a1" || messages[1].Name != "Ben Carlsen" {
			t.Errorf("messages %+v, %v", messages, err)
		}
		if named, err := s.Mailboxes().Blobs(t.Context(), "a"); err != nil || len(named) != 2 || !named["a1"] || !named["a2"] {
			t.Errorf("what is left is %v, %v", named, err)
		}
		records, err := allRecords(t.Context(), s)
		if err != nil || len(records) != 3 {
			t.Fatal(records, err)
		}
		gone := pbx.CallParty{User: 7, Name: admin.Erased}
		if records[0].Caller != gone || records[0].Callee != ben || records[1].Callee != gone || records[1].Dialled != "" ||
			records[2] != record(3, ben, cleo) {
			t.Errorf("records %+v", records)
		}
		withUsers(t, s, 1)
		err = s.Admin().Update(t.Context(), 1, func(tx admin.Tx) error {
			_, err := tx.AppendChangeSet(pbx.ChangeSet{
				Organization: 1, At: at, ActorUser: 7, ActorName: "Anna Berg", Intent: "group.update", Summary: "For Anna Berg",
				Items: []pbx.ChangeItem{{
					Ref: pbx.Group{ID: 1}.Ref(), Name: "Sales", Action: pbx.Updated,
					Before: []byte(`{"contactName":""}`), After: []byte(`{"contactName":"Anna Berg"}`),
				}},
			}, nil)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Admin().Update(t.Context(), 1, func(tx admin.Tx) error {
			return tx.ScrubHistory(1, 7, []string{"Anna Berg"}, func(text string) string {
				return strings.ReplaceAll(text, "Anna Berg", admin.Erased)
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Admin().View(t.Context(), func(tx admin.ReadTx) error {
			cs, err := tx.ChangeSet(1)
			if err != nil {
				return err
			}
			if cs.Summary != "For erased" || cs.ActorName != admin.Erased || cs.Items[0].Name != "Sales" ||
				string(cs.Items[0].After) != `{"contactName":"erased"}` {
				t.Errorf("the history tells %+v", cs)
			}
			found, err := tx.ListChangeSets(1, admin.ChangeQuery{Query: admin.Query{Search: "anna", Limit: 10}})
			if len(found.Items) != 0 {
				t.Error("a search still finds her")
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
