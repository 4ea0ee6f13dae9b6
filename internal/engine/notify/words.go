package notify

func english(m message) written {
	hello := "Hello " + m.user.Shown() + ","
	const layout = "2 January 2006, 15:04"
	switch m.kind {
	case Invitation:
		return written{
			subject: "Your telephone at " + m.org.Name,
			before: []string{
				hello, m.org.Name + " has made a telephone account for you.", m.names("Your number", "Your username"),
			},
			button: "Choose your password",
			after: []string{
				"The link works once, until " + m.end(layout) + ". After that, ask for another one.",
				"Nobody will ever send you a password or ask you for it.",
			},
		}
	case Reset:
		return written{
			subject: "Choose a new password",
			before:  []string{hello, "Somebody, probably you, told that the password of your telephone account was forgotten."},
			button:  "Choose a new password",
			after: []string{
				"The link works once, until " + m.end(layout) + ".",
				"If it was not you, do nothing: your password stays as it is.",
			},
		}
	case EmailConfirm:
		return written{
			subject: "Confirm your e-mail address",
			before:  []string{hello, m.org.Name + " is to reach you at this address from now on: " + m.to + "."},
			button:  "Confirm this address",
			after: []string{
				"The link works once, until " + m.end(layout) + ". Until then nothing changes.",
				"If you do not know what this is about, do nothing.",
			},
		}
	case EmailPending:
		return written{
			subject: "Your e-mail address is to be changed",
			before: []string{
				hello, m.by + " entered " + m.other + " as the e-mail address of your telephone account.",
				"Until that address is confirmed, this one stays in use. If this is not right, tell your administrator.",
			},
		}
	case EmailChanged:
		return written{
			subject: "Your e-mail address was changed",
			before: []string{
				hello, m.by + " changed the e-mail address of your telephone account. This address is no longer used.",
				"If this is not right, tell your administrator.",
			},
		}
	case VoiceMessage:
		return englishVoice(m, hello, layout)
	case "test":
		return written{
			subject: "Test mail from " + m.org.Name,
			before:  []string{hello, "this is the test that you sent from the telephone system at " + m.page + ". Mail works."},
		}
	}
	return written{}
}

func german(m message) written {
	hello := "Guten Tag " + m.user.Shown() + ","
	const layout = "02.01.2006, 15:04"
	switch m.kind {
	case Invitation:
		return written{
			subject: "Ihr Telefon bei " + m.org.Name,
			before: []string{
				hello, m.org.Name + " hat für Sie ein Telefonkonto eingerichtet.", m.names("Ihre Nummer", "Ihr Benutzername"),
			},
			button: "Passwort wählen",
			after: []string{
				"Der Link gilt einmal, bis " + m.end(layout) + ". Danach lassen Sie sich bitte einen neuen senden.",
				"Niemand wird Ihnen je ein Passwort senden oder Sie danach fragen.",
			},
		}
	case Reset:
		return written{
			subject: "Neues Passwort wählen",
			before:  []string{hello, "jemand, vermutlich Sie, hat angegeben, das Passwort Ihres Telefonkontos vergessen zu haben."},
			button:  "Neues Passwort wählen",
			after: []string{
				"Der Link gilt einmal, bis " + m.end(layout) + ".",
				"Waren Sie es nicht, so brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.",
			},
		}
	case EmailConfirm:
		return written{
			subject: "E-Mail-Adresse bestätigen",
			before:  []string{hello, m.org.Name + " soll Sie künftig unter dieser Adresse erreichen: " + m.to + "."},
			button:  "Adresse bestätigen",
			after: []string{
				"Der Link gilt einmal, bis " + m.end(layout) + ". Bis dahin ändert sich nichts.",
				"Wissen Sie nicht, worum es geht, so brauchen Sie nichts zu tun.",
			},
		}
	case EmailPending:
		return written{
			subject: "Ihre E-Mail-Adresse soll geändert werden",
			before: []string{
				hello, m.by + " hat " + m.other + " als E-Mail-Adresse Ihres Telefonkontos eingetragen.",
				"Bis jene Adresse bestätigt ist, bleibt diese in Gebrauch. Ist das nicht richtig, so sagen Sie es bitte Ihrer Verwaltung.",
			},
		}
	case EmailChanged:
		return written{
			subject: "Ihre E-Mail-Adresse wurde geändert",
			before: []string{
				hello, m.by + " hat die E-Mail-Adresse Ihres Telefonkontos geändert. Diese Adresse wird nicht mehr verwendet.",
				"Ist das nicht richtig, so sagen Sie es bitte Ihrer Verwaltung.",
			},
		}
	case VoiceMessage:
		return germanVoice(m, hello, layout)
	case "test":
		return written{
			subject: "Testmail von " + m.org.Name,
			before:  []string{hello, "dies ist der Test, den Sie aus der Telefonanlage unter " + m.page + " gesendet haben. E-Mail funktioniert."},
		}
	}
	return written{}
}

func italian(m message) written {
	hello := "Buongiorno " + m.user.Shown() + ","
	const layout = "02/01/2006, 15:04"
	switch m.kind {
	case Invitation:
		return written{
			subject: "Il suo telefono presso " + m.org.Name,
			before: []string{
				hello, m.org.Name + " ha creato per lei un account telefonico.",
				m.names("Il suo numero", "Il suo nome utente"),
			},
			button: "Scelga la password",
			after: []string{
				"Il link funziona una sola volta, fino al " + m.end(layout) + ". In seguito ne chieda un altro.",
				"Nessuno le invierà mai una password né gliela chiederà.",
			},
		}
	case Reset:
		return written{
			subject: "Scelga una nuova password",
			before: []string{
				hello, "qualcuno, probabilmente lei, ha segnalato di aver dimenticato la password del suo account telefonico.",
			},
			button: "Scelga una nuova password",
			after: []string{
				"Il link funziona una sola volta, fino al " + m.end(layout) + ".",
				"Se non è stato lei, non faccia nulla: la sua password resta com'è.",
			},
		}
	case EmailConfirm:
		return written{
			subject: "Confermi il suo indirizzo e-mail",
			before:  []string{hello, m.org.Name + " d'ora in poi la raggiungerà a questo indirizzo: " + m.to + "."},
			button:  "Confermi questo indirizzo",
			after: []string{
				"Il link funziona una sola volta, fino al " + m.end(layout) + ". Fino ad allora non cambia nulla.",
				"Se non sa di che cosa si tratta, non faccia nulla.",
			},
		}
	case EmailPending:
		return written{
			subject: "Il suo indirizzo e-mail sta per cambiare",
			before: []string{
				hello, m.by + " ha inserito " + m.other + " come indirizzo e-mail del suo account telefonico.",
				"Finché quell'indirizzo non è confermato, resta in uso questo. Se non è corretto, avvisi il suo amministratore.",
			},
		}
	case EmailChanged:
		return written{
			subject: "Il suo indirizzo e-mail è stato cambiato",
			before: []string{
				hello, m.by + " ha cambiato l'indirizzo e-mail del suo account telefonico. Questo indirizzo non è più in uso.",
				"Se non è corretto, avvisi il suo amministratore.",
			},
		}
	case VoiceMessage:
		return italianVoice(m, hello, layout)
	case "test":
		return written{
			subject: "E-mail di prova da " + m.org.Name,
			before:  []string{hello, "questa è la prova che ha inviato dal sistema telefonico " + m.page + ". La posta funziona."},
		}
	}
	return written{}
}
