package mirror

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// node is a setting without what servers spell in their own ways: white space, prefixes
// and namespaces, the order of elements that say different things, empty elements.
type node struct {
	name, text string
	children   []node
}

// canonical reads a setting, XML or JSON. What is neither is a text.
func canonical(doc []byte) node {
	doc = bytes.TrimSpace(doc)
	if bytes.HasPrefix(doc, []byte("{")) {
		var value any
		if json.Unmarshal(doc, &value) == nil {
			return jsonNode("", value)
		}
	}
	root, err := xmlNode(doc)
	if err != nil {
		return node{text: string(doc)}
	}

	return root
}

// xmlNode reads a document.
func xmlNode(doc []byte) (node, error) {
	decoder := xml.NewDecoder(bytes.NewReader(doc))
	open := []node{{}}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && len(open) == 1 && len(open[0].children) == 1 {
			return open[0].children[0], nil
		}
		if err != nil {
			return node{}, err //nolint:wrapcheck // the caller asks only whether there is one
		}
		last := len(open) - 1
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, node{name: token.Name.Local})
		case xml.CharData:
			open[last].text += string(token)
		case xml.EndElement:
			done := open[last]
			if done.text = strings.TrimSpace(done.text); len(done.children) > 0 {
				done.text = ""
			}
			open = open[:last]
			open[last-1].children = append(open[last-1].children, done)
		}
	}
}

// jsonNode reads a value of a policy, in which one and a list of one are the same, and
// everybody has two spellings.
func jsonNode(name string, value any) node {
	switch value := value.(type) {
	case map[string]any:
		if list, ok := value["AWS"]; ok && name == "Principal" && len(value) == 1 {
			return jsonNode(name, list)
		}
		n := node{name: name}
		for key, inner := range value {
			n.children = append(n.children, jsonNode(key, inner))
		}

		return n
	case []any:
		if len(value) == 1 {
			return jsonNode(name, value[0])
		}
		n := node{name: name}
		for _, inner := range value {
			n.children = append(n.children, jsonNode("", inner))
		}

		return n
	default:
		text, err := json.Marshal(value)
		if err != nil {
			return node{name: name}
		}

		return node{name: name, text: strings.Trim(string(text), `"`)}
	}
}

// String spells a setting so that equal ones are spelled alike.
func (n node) String() string {
	var children []string
	for _, child := range n.children {
		if !child.empty() {
			children = append(children, child.String())
		}
	}
	slices.Sort(children)

	return n.name + "{" + strconv.Quote(n.text) + strings.Join(children, ",") + "}"
}

// value returns the text of an element, wherever it is.
func (n node) value(name string) string {
	if n.name == name {
		return n.text
	}
	for _, child := range n.children {
		if text := child.value(name); text != "" {
			return text
		}
	}

	return ""
}

// empty reports whether a setting sets nothing.
func (n node) empty() bool {
	return n.text == "" && !slices.ContainsFunc(n.children, func(child node) bool { return !child.empty() })
}
