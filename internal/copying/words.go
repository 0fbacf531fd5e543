package copying

import (
	"math/big"

	"github.com/dustin/go-humanize"
)

// plural counts things.
func plural(n int64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return humanize.Comma(n) + " " + thing
}

// size writes a number of bytes.
func size(n int64) string { return humanize.BigIBytes(big.NewInt(n)) }
