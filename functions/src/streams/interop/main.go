// Vectors for interop.test.ts, made by the Go implementations that witnesses and verifiers of transparency logs use:
// golang.org/x/mod/sumdb (notes, trees and proofs) and github.com/transparency-dev/formats (cosignature/v1).
//
//	go run . > vectors.json
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "countersign/acme/ledger"

type inclusion struct {
	Index int64    `json:"index"`
	Size  int64    `json:"size"`
	Proof []string `json:"proof"`
}

type consistency struct {
	Before int64    `json:"before"`
	Size   int64    `json:"size"`
	Proof  []string `json:"proof"`
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// keyOf encodes a key in the form that signed-note tools take.
func keyOf(name string, seed []byte) (skey, vkey string) {
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	body := append([]byte{1}, public...)
	sum := sha256.Sum256(append([]byte(name+"\n"), body...))
	id := binary.BigEndian.Uint32(sum[:4])
	skey = fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, id, base64.StdEncoding.EncodeToString(append([]byte{1}, seed...)))
	vkey = fmt.Sprintf("%s+%08x+%s", name, id, base64.StdEncoding.EncodeToString(body))
	return
}

func hexOf(hashes []tlog.Hash) []string {
	out := []string{}
	for _, hash := range hashes {
		out = append(out, hex.EncodeToString(hash[:]))
	}
	return out
}

func main() {
	seed := sha256.Sum256([]byte("countersign interop log"))
	witnessSeed := sha256.Sum256([]byte("countersign interop witness"))
	root := sha256.Sum256([]byte("countersign interop root"))
	text := fmt.Sprintf("%s\n1204\n%s\n", origin, base64.StdEncoding.EncodeToString(root[:]))

	skey, vkey := keyOf(origin, seed[:])
	signed := must(note.Sign(&note.Note{Text: text}, must(note.NewSigner(skey))))

	wskey, _ := keyOf("witness.example.com/w1", witnessSeed[:])
	witness := must(fnote.NewSignerForCosignatureV1(wskey))
	cosigned := must(note.Sign(must(note.Open(signed, note.VerifierList(must(note.NewVerifier(vkey))))), witness))
	wpublic := ed25519.NewKeyFromSeed(witnessSeed[:]).Public().(ed25519.PublicKey)
	wbody := append([]byte{4}, wpublic...)
	wsum := sha256.Sum256(append([]byte("witness.example.com/w1\n"), wbody...))
	wvkey := fmt.Sprintf("witness.example.com/w1+%x+%s", wsum[:4], base64.StdEncoding.EncodeToString(wbody))

	// A tree of 300 leaves: over one tile of 256.
	const leaves = 300
	hashes := []tlog.Hash{}
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := []tlog.Hash{}
		for _, index := range indexes {
			out = append(out, hashes[index])
		}
		return out, nil
	})
	roots := []string{}
	for i := int64(0); i < leaves; i++ {
		hashes = append(hashes, must(tlog.StoredHashes(i, []byte(fmt.Sprintf("leaf %d", i)), reader))...)
		hash := must(tlog.TreeHash(i+1, reader))
		roots = append(roots, hex.EncodeToString(hash[:]))
	}
	inclusions := []inclusion{}
	for _, size := range []int64{1, 2, 3, 7, 8, 255, 256, 257, 300} {
		for _, index := range []int64{0, 1, size / 2, size - 1} {
			if index < size {
				inclusions = append(inclusions, inclusion{index, size, hexOf(must(tlog.ProveRecord(size, index, reader)))})
			}
		}
	}
	consistencies := []consistency{}
	for _, size := range []int64{2, 3, 8, 255, 256, 257, 300} {
		for _, before := range []int64{1, 2, 3, 7, 8, 128, 255, 256, 299} {
			if before < size {
				consistencies = append(consistencies, consistency{before, size, hexOf(must(tlog.ProveTree(size, before, reader)))})
			}
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(map[string]any{
		"origin": origin, "size": 1204, "root": hex.EncodeToString(root[:]), "seed": hex.EncodeToString(seed[:]),
		"verifierKey": vkey, "note": string(signed),
		"witnessSeed": hex.EncodeToString(witnessSeed[:]), "witnessKey": wvkey, "cosigned": string(cosigned),
		"roots": roots, "inclusions": inclusions, "consistencies": consistencies,
	}); err != nil {
		panic(err)
	}
}
