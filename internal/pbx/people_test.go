package pbx

import (
	"slices"
	"strings"
	"testing"
)

func TestPeopleAreReadFromWhatOnePastes(t *testing.T) {
	anna := PersonLine{FirstName: "Anna", LastName: "Berg", Email: "anna@example.org"}
	tests := []struct {
		name, text string
		want       []PersonLine
	}{
		{"words", "Anna Berg anna@example.org", []PersonLine{anna}},
		{"tabs, as from a spreadsheet", "Anna\tBerg\tanna@example.org", []PersonLine{anna}},
		{"semicolons", "Anna;Berg;anna@example.org", []PersonLine{anna}},
		{"commas", "Anna,Berg,anna@example.org", []PersonLine{anna}},
		{"commas and spaces", "Anna, Berg, anna@example.org", []PersonLine{anna}},
		{"quoted cells", `"Anna";"Berg";"anna@example.org"`, []PersonLine{anna}},
		{"last name first", "Berg, Anna anna@example.org", []PersonLine{anna}},
		{"last name first, quoted", `"Berg, Anna",anna@example.org`, []PersonLine{anna}},
		{"last name first, quoted, as mail programs do", `"Berg, Anna" <anna@example.org>`, []PersonLine{anna}},
		{"name and address", "Anna Berg, anna@example.org", []PersonLine{anna}},
		{"name and address with a tab", "Anna Berg\tanna@example.org", []PersonLine{anna}},
		{"an address list", "Anna Berg <anna@example.org>; Ben Carl <ben@example.org>;", []PersonLine{
			anna, {FirstName: "Ben", LastName: "Carl", Email: "ben@example.org"},
		}},
		{"no address", "Anna Berg", []PersonLine{{FirstName: "Anna", LastName: "Berg"}}},
		{"last name first without address", "Berg, Anna", []PersonLine{{FirstName: "Anna", LastName: "Berg"}}},
		{"a number too", "Anna;Berg;anna@example.org;0201", []PersonLine{
			{FirstName: "Anna", LastName: "Berg", Email: "anna@example.org", Number: "0201"},
		}},
		{"two first names", "Anna Maria Berg", []PersonLine{{FirstName: "Anna Maria", LastName: "Berg"}}},
		{"a last name of several words", "Ludwig van der Rohe", []PersonLine{{FirstName: "Ludwig", LastName: "van der Rohe"}}},
		{"one name", "Zoë", []PersonLine{{FirstName: "Zoë"}}},
		{"headings and empty lines", "\ufeffFirst name;Last name;E-mail\r\n\r\nAnna;Berg;anna@example.org\r\n", []PersonLine{anna}},
		{"German headings", "Vorname\tNachname\tE-Mail\nAnna\tBerg\tanna@example.org", []PersonLine{anna}},
		{"nothing", " \n\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := People(tt.text); !slices.Equal(got, tt.want) {
				t.Errorf("%q gives %+v, want %+v", tt.text, got, tt.want)
			}
		})
	}
}

func FuzzPeople(f *testing.F) {
	f.Add("Anna Berg <anna@example.org>; \"Carl, Ben\"\t12")
	f.Fuzz(func(t *testing.T, text string) {
		if n, lines := len(People(text)), strings.Count(text, "\n")+strings.Count(text, "\r")+strings.Count(text, ";")+1; n > lines {
			t.Errorf("%d persons in %d lines", n, lines)
		}
	})
}
