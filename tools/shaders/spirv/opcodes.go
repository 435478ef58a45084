package spirv

// Decorations and storage classes that kernels are described by.
const (
	DecorationSpecID        = 1
	DecorationBuiltIn       = 11
	DecorationNonWritable   = 24
	DecorationNonReadable   = 25
	DecorationBinding       = 33
	DecorationDescriptorSet = 34
	DecorationOffset        = 35

	BuiltInWorkgroupSize = 25

	ClassWorkgroup     = 4
	ClassPushConstant  = 9
	ClassStorageBuffer = 12
)

const (
	executionModelGLCompute = 5
	executionModeLocalSize  = 17
)

const (
	opName                  = 5
	opMemberName            = 6
	opEntryPoint            = 15
	opExecutionMode         = 16
	opCapability            = 17
	opTypeVoid              = 19
	opTypeBool              = 20
	opTypeInt               = 21
	opTypeFloat             = 22
	opTypeVector            = 23
	opTypeMatrix            = 24
	opTypeArray             = 28
	opTypeRuntimeArray      = 29
	opTypeStruct            = 30
	opTypePointer           = 32
	opConstantTrue          = 41
	opConstantFalse         = 42
	opConstant              = 43
	opConstantComposite     = 44
	opSpecConstantTrue      = 48
	opSpecConstantFalse     = 49
	opSpecConstant          = 50
	opSpecConstantComposite = 51
	opSpecConstantOp        = 52
	opFunction              = 54
	opFunctionEnd           = 56
	opFunctionCall          = 57
	opVariable              = 59
	opDecorate              = 71
	opMemberDecorate        = 72
)

// leastOperands lists the instructions that are read at all, with the fewest operands each may have.
var leastOperands = map[uint32]int{
	opName: 2, opMemberName: 3, opEntryPoint: 3, opExecutionMode: 2, opCapability: 1,
	opTypeVoid: 1, opTypeBool: 1, opTypeInt: 3, opTypeFloat: 2, opTypeVector: 3, opTypeMatrix: 3,
	opTypeArray: 3, opTypeRuntimeArray: 2, opTypeStruct: 1, opTypePointer: 3,
	opConstantTrue: 2, opConstantFalse: 2, opConstant: 3, opConstantComposite: 2,
	opSpecConstantTrue: 2, opSpecConstantFalse: 2, opSpecConstant: 3, opSpecConstantComposite: 2, opSpecConstantOp: 3,
	opFunction: 4, opFunctionEnd: 0, opFunctionCall: 3, opVariable: 3, opDecorate: 2, opMemberDecorate: 3,
}

func isType(op uint32) bool { return op >= opTypeVoid && op <= opTypePointer }
