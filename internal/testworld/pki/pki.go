// Package pki makes the keys that a scratch cluster needs.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Pair names the files of a private key and of its certificate, if it has one.
type Pair struct {
	Key         string
	Certificate string
}

// Serving writes a key and a certificate for these addresses and names into dir. The
// certificate signs itself, so that it is also what clients trust.
func Serving(dir string, addresses []net.IP, names []string) (Pair, error) {
	key, pair, err := newKey(dir, "serving")
	if err != nil {
		return Pair{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "kube-apiserver of a test"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(7 * 24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:                  true,
		BasicConstraintsValid: true,
		IPAddresses:           addresses,
		DNSNames:              names,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return Pair{}, fmt.Errorf("make a certificate: %w", err)
	}
	pair.Certificate = filepath.Join(dir, "serving.crt")

	return pair, writePEM(pair.Certificate, "CERTIFICATE", der)
}

// Key writes a private key to dir/name.key.
func Key(dir, name string) (Pair, error) {
	_, pair, err := newKey(dir, name)

	return pair, err
}

func newKey(dir, name string) (*ecdsa.PrivateKey, Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, Pair{}, fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, Pair{}, fmt.Errorf("encode a key: %w", err)
	}
	pair := Pair{Key: filepath.Join(dir, name+".key")}

	return key, pair, writePEM(pair.Key, "EC PRIVATE KEY", der)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
