// Renders templates with Go's own text/template: reads {"garm": {name: params}, "wide": {name: params}, "cases":
// [{"template", "data"}]} and writes one result for each case. It needs nothing but the standard library.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"text/template"
)

// InstallRunnerParams has the fields of garm-provider-common cloudconfig.InstallRunnerParams, in their order.
type InstallRunnerParams struct {
	FileName          string
	DownloadURL       string
	RunnerUsername    string
	RunnerGroup       string
	RepoURL           string
	MetadataURL       string
	RunnerName        string
	RunnerLabels      string
	CallbackURL       string
	CallbackToken     string
	TempDownloadToken string
	CABundle          string
	GitHubRunnerGroup string
	EnableBootDebug   bool
	ExtraContext      map[string]string
	UseJITConfig      bool
}

// Wide has a field of every type that a template of ours can meet.
type Wide struct {
	Text  string
	Yes   bool
	Count int
	Ratio float64
	List  []string
	Map   map[string]string
	Inner Inner
	Other Inner
}

// Inner can be compared.
type Inner struct {
	Name  string
	Level int
}

type request struct {
	Garm  map[string]InstallRunnerParams `json:"garm"`
	Wide  map[string]Wide                `json:"wide"`
	Cases []struct {
		Template string `json:"template"`
		Data     string `json:"data"`
	} `json:"cases"`
}

type result struct {
	Output []byte `json:"output"`
	Stage  string `json:"stage,omitempty"`
	Error  string `json:"error,omitempty"`
}

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	results := make([]result, len(asked.Cases))
	for i, each := range asked.Cases {
		if wide, ok := asked.Wide[each.Data]; ok {
			results[i] = render(each.Template, wide)
		} else {
			results[i] = render(each.Template, asked.Garm[each.Data])
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// render does what garm-provider-common does with a pool's template.
func render(text string, data interface{}) result {
	parsed, err := template.New("").Parse(text)
	if err != nil {
		return result{Stage: "parse", Error: err.Error()}
	}
	var output bytes.Buffer
	if err := parsed.Execute(&output, data); err != nil {
		return result{Stage: "execute", Error: err.Error()}
	}
	return result{Output: output.Bytes()}
}
