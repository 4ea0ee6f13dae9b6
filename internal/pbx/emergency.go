package pbx

import "strings"

// EmergencyNumbers gives the emergency numbers of a country, always with 112 and 911, which mobile and other phones
// dial everywhere.
func EmergencyNumbers(country string) []string {
	own := map[string]string{
		"AT": "122 133 144", "AU": "000", "BE": "100 101", "BR": "190 192 193", "CH": "117 118 144", "CN": "110 119 120",
		"CZ": "150 155 158", "DE": "110", "ES": "061 062 080 091 092", "FR": "15 17 18", "GB": "999", "GR": "100 166 199",
		"HK": "999", "HU": "104 105 107", "IE": "999", "IL": "100 101 102", "IN": "100 101 102 108", "IT": "113 115 118",
		"JP": "110 119", "KR": "119", "MX": "066", "NO": "110 113", "NZ": "111", "PL": "997 998 999", "SG": "995 999",
		"SI": "113", "SK": "150 155 158", "TR": "110 155", "ZA": "10111 10177",
	}
	return append([]string{"112", "911"}, strings.Fields(own[country])...)
}

// EmergencyPlace is where the emergency service is sent (L2): to a location or a private address. From says whose choice
// it is: the device's, the user's, or for LevelLocation his office's; empty: nobody knows.
type EmergencyPlace struct {
	From     Level
	Location LocationID
	Address  string
}

// EmergencyPlaceOf is where the emergency service is sent for a call from a device; without one, for the user alone. The
// network that a phone is seen from, which counts before the user's choice, is known only when it calls.
func EmergencyPlaceOf(d Device, u User) EmergencyPlace {
	for _, p := range []EmergencyPlace{
		{LevelDevice, d.EmergencyLocation, d.EmergencyAddress},
		{LevelUser, u.EmergencyLocation, u.EmergencyAddress},
		{LevelLocation, u.Location, ""},
	} {
		if p.Location != 0 || p.Address != "" {
			return p
		}
	}
	return EmergencyPlace{}
}

func checkEmergency(f *FieldErrors, l LocationID, address string) {
	f.Check(l == 0 || address == "", "emergencyAddress", "Choose a location or write an address, not both.")
}
