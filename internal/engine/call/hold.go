package call

// entertained tells whether the phone of the leg is to hear music: the other one does not want to hear anything (RFC 3264
// §8.4: it is on hold), and the server may play to this one. Its session stays as it is meanwhile, so that no phone has to
// understand hold.
func (l *leg) entertained(o *leg) bool {
	c := l.call
	return o.party.music && !o.wish.receives && l.wish.receives && len(c.m.cfg.Music) > 0 && !c.zrtp && c.phase == connected &&
		l.media != nil && l.media.Codec().Coded()
}

// entertain plays music to whoever was put on hold; false if nobody was. One who hears it already hears it on.
func (c *Call) entertain() bool {
	for l := range c.legs() {
		o := l.other()
		if o == nil || !l.entertained(o) {
			l.hears = false
			continue
		}
		if l.hears {
			return true
		}
		if err := l.media.Repeat(c.m.cfg.Music); err != nil {
			c.trace("no music on hold", l, err)
			return false
		}
		l.hears = true
		return true
	}
	return false
}
