package memstore

import "ringfence/internal/pbx"

func (t *tx) Forwarding(user pbx.UserID) (pbx.Forwarding, error) {
	return get(t.db.forwardings, user, pbx.KindForwarding)
}

func (t *tx) EachForwarding(fn func(pbx.Forwarding) error) error { return each(t.db.forwardings, fn) }

func (t *tx) PutForwarding(f pbx.Forwarding) error {
	put(t, t.db.forwardings, f.User, f)
	return nil
}

func (t *tx) DeleteForwarding(user pbx.UserID) error {
	return drop(t, t.db.forwardings, user, pbx.KindForwarding)
}
