// Reads what Radiokey wrote with the packages of Go's checksum database (golang.org/x/mod/sumdb) and nothing
// of Radiokey's: notes, inclusion and consistency proofs, tiles. One question in JSON on standard input, one
// answer in JSON on standard output: the error of each part, empty where there is none.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Key         string      // the log's verifier key
	Witnesses   []string    // the witnesses' keys: name+id+base64(0x04 || public key)
	Inclusion   []inclusion // entries and their proofs
	Consistency []consistency
	Folder      string // an export
}

type inclusion struct {
	Leaf  string
	Index int64
	Proof []string
	Note  string
}

type consistency struct {
	Proof    []string
	Old, New string
}

type answer struct {
	Inclusion   []string `json:"inclusion"`
	Consistency []string `json:"consistency"`
	Export      string   `json:"export"`
	Entries     int64    `json:"entries"`
	Tiles       []string `json:"tiles"`
}

func main() {
	var asked question
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	verifiers, err := keys(asked)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	told := answer{Inclusion: []string{}, Consistency: []string{}, Tiles: []string{}}
	for _, one := range asked.Inclusion {
		told.Inclusion = append(told.Inclusion, text(checkInclusion(one, verifiers)))
	}
	for _, one := range asked.Consistency {
		told.Consistency = append(told.Consistency, text(checkConsistency(one, verifiers)))
	}
	if asked.Folder != "" {
		reader := &folder{root: asked.Folder, read: map[string]bool{}}
		entries, err := checkExport(reader, verifiers)
		told.Export, told.Entries = text(err), entries
		for name := range reader.read {
			told.Tiles = append(told.Tiles, name)
		}
	}
	json.NewEncoder(os.Stdout).Encode(told)
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func keys(asked question) ([]note.Verifier, error) {
	own, err := note.NewVerifier(asked.Key)
	if err != nil {
		return nil, err
	}
	all := []note.Verifier{own}
	for _, key := range asked.Witnesses {
		one, err := newWitness(key)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// witness checks a cosignature/v1; it is a note.Verifier, so that note.Open does the rest.
type witness struct {
	name   string
	hash   uint32
	public ed25519.PublicKey
}

func newWitness(key string) (*witness, error) {
	parts := strings.SplitN(key, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed witness key")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 33 || raw[0] != 4 {
		return nil, errors.New("malformed witness key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("the id of the witness key does not fit")
	}
	return &witness{parts[0], hash, raw[1:]}, nil
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }
func (w *witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(w.public, []byte(signed), sig[8:])
}

// open returns the tree of a signed checkpoint that every known key must have signed.
func open(signed string, verifiers []note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open([]byte(signed), note.VerifierList(verifiers...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(opened.Sigs) != len(verifiers) || len(opened.UnverifiedSigs) != 0 {
		return tlog.Tree{}, fmt.Errorf("%d keys signed and %d are unknown", len(opened.Sigs), len(opened.UnverifiedSigs))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifiers[0].Name() || lines[3] != "" {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func hashes(encoded []string) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, one := range encoded {
		hash, err := tlog.ParseHash(one)
		if err != nil {
			return nil, err
		}
		all = append(all, hash)
	}
	return all, nil
}

func checkInclusion(one inclusion, verifiers []note.Verifier) error {
	tree, err := open(one.Note, verifiers)
	if err != nil {
		return err
	}
	proof, err := hashes(one.Proof)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, one.Index, tlog.RecordHash([]byte(one.Leaf)))
}

func checkConsistency(one consistency, verifiers []note.Verifier) error {
	older, err := open(one.Old, verifiers)
	if err != nil {
		return err
	}
	newer, err := open(one.New, verifiers)
	if err != nil {
		return err
	}
	proof, err := hashes(one.Proof)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, newer.N, newer.Hash, older.N, older.Hash)
}

// folder reads tiles of height 8 as C2SP tlog-tiles names them: Go's own paths also name the height.
type folder struct {
	root string
	read map[string]bool
}

func (f *folder) Height() int                         { return 8 }
func (f *folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (f *folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		name := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(f.root, name))
		if err != nil {
			return nil, err
		}
		f.read[name] = true
		all = append(all, data)
	}
	return all, nil
}

// checkExport proves every entry of the bundles through the tiles, each authenticated from the signed root.
func checkExport(f *folder, verifiers []note.Verifier) (int64, error) {
	signed, err := os.ReadFile(filepath.Join(f.root, "checkpoint"))
	if err != nil {
		return 0, err
	}
	tree, err := open(string(signed), verifiers)
	if err != nil {
		return 0, err
	}
	reader := tlog.TileHashReader(tree, f)
	var bundle []byte
	for n := int64(0); n < tree.N; n++ {
		if n%256 == 0 {
			if len(bundle) != 0 {
				return n, errors.New("a bundle is too long")
			}
			width := tree.N - n
			if width > 256 {
				width = 256
			}
			tile := tlog.Tile{H: 8, L: 0, N: n / 256, W: int(width)}
			name := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
			if bundle, err = os.ReadFile(filepath.Join(f.root, name)); err != nil {
				return n, err
			}
			f.read[name] = true
		}
		if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
			return n, errors.New("a bundle is cut short")
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		leaf := bundle[2:end]
		bundle = bundle[end:]
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return n, err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(leaf)); err != nil {
			return n, err
		}
	}
	if len(bundle) != 0 {
		return tree.N, errors.New("a bundle is too long")
	}
	return tree.N, nil
}
