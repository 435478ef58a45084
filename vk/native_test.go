package vk

import (
	"embed"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

//go:embed *.go
var sources embed.FS

// scalarCalls are the functions of vulkan-go that the package may call: they
// take handles and numbers, and a pointer at most for the one result. All
// others pass slices or structs through C copies that a garbage collection
// during the call frees.
var scalarCalls = []string{
	"SetGetInstanceProcAddr", "Init", "InitInstance", "GetDeviceQueue", "GetFenceStatus", "GetQueryPoolResults",
	"DestroyBuffer", "DestroyCommandPool", "DestroyDescriptorPool", "DestroyDescriptorSetLayout", "DestroyDevice", "DestroyFence",
	"DestroyPipeline", "DestroyPipelineCache", "DestroyPipelineLayout", "DestroyQueryPool", "DestroyShaderModule", "FreeMemory",
	// Conversions, not calls:
	"QueryResultFlags", "Result", "ObjectType",
}

func TestVulkanGoIsCalledWithScalarsAlone(t *testing.T) {
	calls := 0
	eachSource(t, func(name string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); ok {
				if p, ok := f.X.(*ast.Ident); ok && p.Name == "vulkan" {
					calls++
					if !slices.Contains(scalarCalls, f.Sel.Name) {
						t.Errorf("%s calls vulkan.%s, which is not known to be safe under garbage collection: put it into native.c", name, f.Sel.Name)
					}
				}
			}
			return true
		})
	})
	if calls < len(scalarCalls)/2 {
		t.Errorf("only %d calls were found: the test sees nothing", calls)
	}
}

func TestStructsOfVulkanGoAreNotUsed(t *testing.T) {
	eachSource(t, func(name string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if p, ok := s.X.(*ast.Ident); ok && p.Name == "vulkan" {
				for _, suffix := range []string{"Info", "Properties", "Features", "Requirements", "Barrier", "Range"} {
					if strings.HasSuffix(s.Sel.Name, suffix) {
						t.Errorf("%s uses vulkan.%s", name, s.Sel.Name)
					}
				}
			}
			return true
		})
	})
}

func TestOnlyNativeUsesCgo(t *testing.T) {
	eachSource(t, func(name string, file *ast.File) {
		for _, i := range file.Imports {
			if i.Path.Value == `"C"` && !strings.HasPrefix(name, "native") {
				t.Errorf("%s imports C", name)
			}
			if strings.HasPrefix(i.Path.Value, `"vkgan/`) {
				t.Errorf("%s imports %s: vk imports nothing of ours", name, i.Path.Value)
			}
		}
	})
}

func eachSource(t *testing.T, see func(name string, file *ast.File)) {
	list, err := sources.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		text, err := sources.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), text, 0)
		if err != nil {
			t.Fatal(err)
		}
		see(e.Name(), file)
	}
}

// TestShadersUnderCollection makes many pipelines and programs while the
// collector runs: what crashes when vulkan-go's slice calls do it.
func TestShadersUnderCollection(t *testing.T) {
	stop := storm()
	defer stop()
	eachBuild(t, func(t *testing.T, d *Device) {
		x, y := buffer(t, d, "x", 64, Local), buffer(t, d, "y", 64, Local)
		for i := range 60 {
			p := program(t, d, "p", func(r *Recorder) {
				r.Dispatch(scale{x: x.All(), y: y.All(), rate: 1, bias: float32(i)})
				r.Copy(x.All(), y.All())
			})
			run(t, d, p, 1)
			if got := floats(t, d, y.All())[15]; got != float32(i*(i+1)/2) {
				t.Fatalf("run %d: %v", i, got)
			}
		}
	})
}
