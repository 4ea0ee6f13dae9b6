package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// nation is where somebody's names come from.
type nation struct {
	language    string
	first, last []string
}

func nations() []nation {
	words := strings.Fields
	return []nation{
		{
			"de", words("Anna Lukas Jörg Mareike Björn Käthe Sönke Ulrike Jürgen Friederike Matthias Heike Götz Annegret Til"),
			words("Müller Schmidt Weiß Großmann Köhler Bäcker Schröder Vögele Jäger Lindner Brandt Krüger Öztürk Fuchs Hübner Zöllner"),
		},
		{
			"it", words("Giulia Marco Niccolò Chiara Matteo Francesca Lorenzo Beatrice Davide Noemi Simone Martina Desirée Paolo Elia"),
			words("Rossi Bianchi D’Angelo Esposito Romano Colombo Ricci Marino Greco Conti Gallo Costa Giordano Mancini Lombardi De_Luca"),
		},
		{
			"en", words("Olivia Oliver Amelia Harry Isla George Ava Noah Mia Jack Poppy Leo Freya Oscar Siân"),
			words("Smith Jones Taylor O’Brien Williams Brown Davies Evans Wilson Thomas Roberts Johnson Walker Wright McKenzie Hughes"),
		},
		{
			"fr", words("Camille Hélène François Théo Zoé Jérôme Chloé Benoît Aurélie Gaël Élise Loïc Manon Rémi Inès"),
			words("Martin Lefèvre Dubois Durand Lemaître Moreau Garçon Laurent Béranger Michel Duprée Girard Bonnet Dupont Fontaine Noël"),
		},
		{
			"da", words("Søren Åse Mads Freja Jørgen Bodil Emil Signe Bjarne Karen Rasmus Ditte Øyvind Lærke Niels"),
			words("Jensen Nielsen Sørensen Bøgh Kjær Østergaard Møller Madsen Holm Lund Åkesson Friis Rasmussen Dahl Skov Bech"),
		},
		{
			"pl", words("Agnieszka Łukasz Małgorzata Paweł Żaneta Stanisław Katarzyna Michał Zofia Błażej Ewa Grzegorz Hanna Jakub Iga"),
			words("Nowak Kowalski Wiśniewski Wójcik Kamiński Łuczak Zając Dąbrowski Król Pawłowski Wróbel Górski Żak Sikora Duda Mróz"),
		},
		{
			"uk", words("Олена Андрій Оксана Тарас Ірина Богдан Наталія Юрій Соломія Василь Дарина Петро Марія Остап Леся"),
			words("Шевченко Коваленко Бондаренко Ткаченко Кравченко Олійник Мельник Лисенко Гончар Поліщук Савченко Руденко Мороз Левченко Білик Франко"),
		},
		{
			"el", words("Ελένη Γιώργος Μαρία Νίκος Δήμητρα Κώστας Σοφία Γιάννης Άννα Πέτρος Ζωή Σπύρος Χαρά Ηλίας Θάλεια"),
			words("Παπαδόπουλος Γεωργίου Νικολάου Οικονόμου Δημητρίου Βασιλείου Αλεξίου Μακρής Ιωάννου Καραγιάννης Σαμαράς Λάμπρου Ρήγας Φωτίου Χατζής Ψαρράς"),
		},
	}
}

func titles() []string {
	return []string{"", "Engineer", "Consultant", "Accountant", "Buyer", "Team lead", "Assistant", "Nurse", "Planner", "Clerk"}
}

func rooms() []string {
	return []string{"Lobby", "Lift", "Front door", "Meeting room", "Loading dock", "Canteen", "Reception", "Car park"}
}

// person makes up the i-th user, the same at every call. Names come back often, as they do; what must be unique has i in it.
func (d *data) person(i int) admin.UserPatch {
	dice := rand.New(rand.NewPCG(uint64(i), 2026))
	group := i % len(d.groups)
	u := admin.UserPatch{
		HomeGroup: &d.groups[group].id, Number: ptr(d.number(i)), Enabled: ptr(i%50 != 49),
		Department: ptr(d.groups[group].department),
	}
	if len(d.locations) > 0 {
		u.Location = &d.locations[i%len(d.locations)]
	}
	switch {
	case i%100 == 98:
		room := rooms()[dice.IntN(len(rooms()))]
		u.Kind, u.DisplayName = ptr(pbx.Space), ptr(fmt.Sprintf("%s %d", room, i/100+1))
		u.Username = ptr(fmt.Sprintf("room%d", i))
		return u
	case i%200 == 99:
		u.Kind, u.DisplayName = ptr(pbx.Phantom), ptr("Hotline "+d.groups[group].name)
		u.Username = ptr(fmt.Sprintf("hotline%d", i))
		return u
	}
	n := nations()[dice.IntN(len(nations()))]
	first := n.first[dice.IntN(len(n.first))]
	last := strings.ReplaceAll(n.last[dice.IntN(len(n.last))], "_", " ")
	u.FirstName, u.LastName = &first, &last
	u.Username = ptr(admin.Transliterate(first+" "+last, n.language) + fmt.Sprint(i))
	u.Email = ptr(*u.Username + "@example.org")
	u.JobTitle = ptr(titles()[dice.IntN(len(titles()))])
	if i%3 == 0 && (n.language == "de" || n.language == "it" || n.language == "en") {
		u.Language = &n.language
	}
	if i%10 == 0 {
		u.Aliases = &[]string{strings.ReplaceAll(*u.Username, ".", "-"), "a" + d.number(i)}
	}
	if i%5 == 0 && len(d.groups) > 1 {
		u.Groups = &[]pbx.GroupID{d.groups[(group+1+dice.IntN(len(d.groups)-1))%len(d.groups)].id}
	}
	return u
}

func ptr[T any](v T) *T { return &v }
