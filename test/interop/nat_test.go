package interop

import (
	"fmt"
	"testing"
	"time"

	"ringfence/test/interop/peer"
)

// The server and phone c stand on one network, 198.18.0.0/24; phones a and b each behind a NAT of their own that
// rewrites ports. All of it lives in network namespaces of this test.
func TestPhonesBehindPortRewritingNATsCallEachOther(t *testing.T) {
	t.Parallel()
	ns := peer.Namespaces(t, "pbx", "na", "nb", "a", "b")
	network(t, ns)
	s := start(t, peer.ServerConfig{Namespace: ns["pbx"], Address: "198.18.0.1", Domain: "198.18.0.1"})
	g := s.NewGroup(t, "Sales")
	type phone struct {
		*peer.Baresip
		acc peer.Account
		hz  int
	}
	var phones []phone
	for i, p := range []struct{ ns, addr string }{
		{ns["a"], "192.168.7.2"}, {ns["b"], "192.168.7.2"}, {ns["pbx"], "198.18.0.9"},
	} {
		acc := s.NewUser(t, g, fmt.Sprintf("Phone%d", i), "Test", nil)
		hz := 440 + 350*i
		b := peer.StartBaresip(t, peer.BaresipConfig{
			User: acc.SIPUsername, Password: acc.Secrets.SIPPassword, Domain: acc.Domain, Transport: "tls",
			Outbound: "sip:" + s.Ready.SIPTLS + ";transport=tls", MediaEnc: "srtp-mand", Codecs: "pcma", Hz: hz,
			CAFile: s.CAFile(), Namespace: p.ns, Address: p.addr,
		})
		phones = append(phones, phone{b, acc, hz})
	}
	for _, p := range phones {
		p.Registered(t)
	}
	for i, from := range phones {
		to := phones[(i+1)%len(phones)]
		t.Run(fmt.Sprintf("%d calls %d", i, (i+1)%len(phones)), func(t *testing.T) {
			markFrom, markTo := from.Mark(), to.Mark()
			from.Command(t, "dial", "sip:"+to.acc.Number+"@"+to.acc.Domain)
			from.AwaitAfter(t, markFrom, 15*time.Second, "CALL_ESTABLISHED")
			<-time.After(4 * time.Second)
			from.Command(t, "hangup", "")
			to.AwaitAfter(t, markTo, 10*time.Second, "CALL_CLOSED")
			from.AwaitAfter(t, markFrom, 10*time.Second, "CALL_CLOSED")
			wantTone(t, "caller", from.Heard(t), to.hz, from.hz)
			wantTone(t, "callee", to.Heard(t), from.hz, to.hz)
		})
	}
}

// network joins the namespaces: pbx has a bridge; na and nb are routers that translate with random ports.
func network(t *testing.T, ns map[string]string) {
	t.Helper()
	pbx := ns["pbx"]
	peer.Run(t, "ip", "-n", pbx, "link", "add", "br0", "type", "bridge")
	peer.Run(t, "ip", "-n", pbx, "addr", "add", "198.18.0.1/24", "dev", "br0")
	peer.Run(t, "ip", "-n", pbx, "addr", "add", "198.18.0.9/24", "dev", "br0")
	peer.Run(t, "ip", "-n", pbx, "link", "set", "br0", "up")
	for i, side := range []string{"a", "b"} {
		router, inside := ns["n"+side], ns[side]
		outer := "v" + side
		peer.Run(t, "ip", "-n", router, "link", "add", "wan", "type", "veth", "peer", "name", outer, "netns", pbx)
		peer.Run(t, "ip", "-n", pbx, "link", "set", outer, "master", "br0", "up")
		peer.Run(t, "ip", "-n", router, "addr", "add", fmt.Sprintf("198.18.0.%d/24", 20+i), "dev", "wan")
		peer.Run(t, "ip", "-n", router, "link", "set", "wan", "up")
		peer.Run(t, "ip", "-n", inside, "link", "add", "eth0", "type", "veth", "peer", "name", "lan", "netns", router)
		peer.Run(t, "ip", "-n", inside, "addr", "add", "192.168.7.2/24", "dev", "eth0")
		peer.Run(t, "ip", "-n", inside, "link", "set", "eth0", "up")
		peer.Run(t, "ip", "-n", router, "addr", "add", "192.168.7.1/24", "dev", "lan")
		peer.Run(t, "ip", "-n", router, "link", "set", "lan", "up")
		peer.Run(t, "ip", "-n", inside, "route", "add", "default", "via", "192.168.7.1")
		in := []string{"netns", "exec", router}
		peer.Run(t, "ip", append(in, "sysctl", "-qw", "net.ipv4.ip_forward=1")...)
		peer.Run(t, "ip", append(in, "iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "wan",
			"-j", "MASQUERADE", "--random-fully")...)
		peer.Run(t, "ip", append(in, "iptables", "-A", "FORWARD", "-i", "wan",
			"-m", "conntrack", "!", "--ctstate", "ESTABLISHED,RELATED", "-j", "DROP")...)
	}
}
