// Command sinkd is the test mail server as a process, for tests that drive the page in a browser. It prints its port,
// then each mail that it takes as a line of JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"ringfence/test/smtpsink"
)

func main() {
	out := json.NewEncoder(os.Stdout)
	s, err := smtpsink.Start(smtpsink.Config{OnMail: func(m smtpsink.Mail) {
		_ = out.Encode(map[string]string{
			"from": m.From, "to": m.To, "subject": m.Subject(), "text": m.Body("text/plain"), "html": m.Body("text/html"),
			"link": m.Link(),
		})
	}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.Port())
	select {}
}
