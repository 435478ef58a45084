// The few structs, enumerants and signatures of Vulkan 1.3 that native.c
// passes by pointer, laid out as the specification's C ABI (64-bit).
// vulkan-go brings a header of version 1.1.88, which lacks half of them, and
// cgo cannot reach it. Names are the specification's without "Vk"; sTypes are
// in the comments; sizes of the long ones are asserted at the end.
#ifndef VKGAN_VULKAN_ABI_H
#define VKGAN_VULKAN_ABI_H
#include <stddef.h>
#include <stdint.h>

typedef uint64_t H; // a non-dispatchable handle
typedef void *D;    // a dispatchable handle
typedef uint32_t u32;
typedef uint64_t u64;
typedef u32 B32;
typedef void (*pfn)(void);

enum { SUCCESS = 0, NOT_READY = 1, TIMEOUT = 2, INCOMPLETE = 5, OUT_OF_HOST_MEMORY = -1, OUT_OF_DEVICE_MEMORY = -2, INITIALIZATION_FAILED = -3, EXTENSION_NOT_PRESENT = -7 };

// Anything with sType and pNext.
typedef struct Chain { u32 sType; struct Chain *pNext; } Chain;

typedef struct { char name[256]; u32 version; } ExtensionProperties;
typedef struct { char name[256]; u32 specVersion, implementationVersion; char description[256]; } LayerProperties;

// Instance: 0 APPLICATION_INFO, 1 INSTANCE_CREATE_INFO
typedef struct { u32 sType; const void *pNext; const char *app; u32 appVersion; const char *engine; u32 engineVersion, apiVersion; } ApplicationInfo;
typedef struct { u32 sType; const void *pNext; u32 flags; const ApplicationInfo *app; u32 layerCount; const char *const *layers; u32 extensionCount; const char *const *extensions; } InstanceCreateInfo;

// Debug utils: 1000128004 MESSENGER_CREATE_INFO, 1000128000 OBJECT_NAME_INFO
typedef struct { u32 sType; const void *pNext; u32 flags; const char *idName; int32_t idNumber; const char *message; } MessengerCallbackData; // the first fields
typedef B32 (*MessengerCallback)(u32 severity, u32 types, const MessengerCallbackData *, void *user);
typedef struct { u32 sType; const void *pNext; u32 flags, severities, types; MessengerCallback callback; void *user; } MessengerCreateInfo;
typedef struct { u32 sType; const void *pNext; u32 objectType; u64 handle; const char *name; } ObjectNameInfo;

// 1000247000 VALIDATION_FEATURES_EXT, 1000496000 LAYER_SETTINGS_CREATE_INFO_EXT
typedef struct { u32 sType; const void *pNext; u32 enabledCount; const u32 *enabled; u32 disabledCount; const u32 *disabled; } ValidationFeatures;
typedef struct { const char *layer, *setting; u32 type, count; const void *values; } LayerSetting; // type 0: B32
typedef struct { u32 sType; const void *pNext; u32 count; const LayerSetting *settings; } LayerSettingsCreateInfo;

typedef struct {
	u32 maxImageDimension1D, maxImageDimension2D, maxImageDimension3D, maxImageDimensionCube, maxImageArrayLayers;
	u32 maxTexelBufferElements, maxUniformBufferRange, maxStorageBufferRange, maxPushConstantsSize, maxMemoryAllocationCount, maxSamplerAllocationCount;
	u64 bufferImageGranularity, sparseAddressSpaceSize;
	u32 maxBoundDescriptorSets, maxPerStageDescriptorSamplers, maxPerStageDescriptorUniformBuffers, maxPerStageDescriptorStorageBuffers;
	u32 maxPerStageDescriptorSampledImages, maxPerStageDescriptorStorageImages, maxPerStageDescriptorInputAttachments, maxPerStageResources;
	u32 maxDescriptorSet[8]; // samplers, uniform, uniform dynamic, storage, storage dynamic, sampled, storage images, input attachments
	u32 vertex[5], tessellation[8], geometry[5], fragment[4];
	u32 maxComputeSharedMemorySize, maxComputeWorkGroupCount[3], maxComputeWorkGroupInvocations, maxComputeWorkGroupSize[3];
	u32 precisionBits[3], maxDrawIndexedIndexValue, maxDrawIndirectCount;
	float maxSamplerLodBias, maxSamplerAnisotropy;
	u32 maxViewports, maxViewportDimensions[2];
	float viewportBoundsRange[2];
	u32 viewportSubPixelBits;
	size_t minMemoryMapAlignment;
	u64 minTexelBufferOffsetAlignment, minUniformBufferOffsetAlignment, minStorageBufferOffsetAlignment;
	int32_t minTexelOffset;
	u32 maxTexelOffset;
	int32_t minTexelGatherOffset;
	u32 maxTexelGatherOffset;
	float interpolationOffset[2];
	u32 subPixelInterpolationOffsetBits, maxFramebuffer[3], framebufferSampleCounts[4], maxColorAttachments, sampledImageSampleCounts[4], storageImageSampleCounts, maxSampleMaskWords;
	B32 timestampComputeAndGraphics;
	float timestampPeriod;
	u32 maxClipDistances, maxCullDistances, maxCombinedClipAndCullDistances, discreteQueuePriorities;
	float pointSizeRange[2], lineWidthRange[2], pointSizeGranularity, lineWidthGranularity;
	B32 strictLines, standardSampleLocations;
	u64 optimalBufferCopyOffsetAlignment, optimalBufferCopyRowPitchAlignment, nonCoherentAtomSize;
} PhysicalDeviceLimits;

typedef struct {
	u32 apiVersion, driverVersion, vendorID, deviceID, deviceType;
	char deviceName[256];
	uint8_t pipelineCacheUUID[16];
	PhysicalDeviceLimits limits;
	B32 sparse[5];
} PhysicalDeviceProperties;
// 1000059001 PROPERTIES_2
typedef struct { u32 sType; void *pNext; PhysicalDeviceProperties properties; } PhysicalDeviceProperties2;
// 50 VULKAN_1_1_PROPERTIES
typedef struct {
	u32 sType; void *pNext;
	uint8_t deviceUUID[16], driverUUID[16], deviceLUID[8];
	u32 deviceNodeMask; B32 deviceLUIDValid;
	u32 subgroupSize, subgroupSupportedStages, subgroupSupportedOperations; B32 subgroupQuadOperationsInAllStages;
	u32 pointClippingBehavior, maxMultiviewViewCount, maxMultiviewInstanceIndex; B32 protectedNoFault;
	u32 maxPerSetDescriptors; u64 maxMemoryAllocationSize;
} Vulkan11Properties;
// 1000196000 DRIVER_PROPERTIES
typedef struct { u32 sType; void *pNext; u32 driverID; char driverName[256], driverInfo[256]; uint8_t conformance[4]; } DriverProperties;
// 1000225000 SUBGROUP_SIZE_CONTROL_PROPERTIES
typedef struct { u32 sType; void *pNext; u32 minSubgroupSize, maxSubgroupSize, maxComputeWorkgroupSubgroups, requiredSubgroupSizeStages; } SubgroupSizeControlProperties;
// 1000154001 SHADER_SM_BUILTINS_PROPERTIES_NV
typedef struct { u32 sType; void *pNext; u32 shaderSMCount, shaderWarpsPerSM; } ShaderSMBuiltinsProperties;
// 1000227000 SHADER_CORE_PROPERTIES_2_AMD
typedef struct { u32 sType; void *pNext; u32 shaderCoreFeatures, activeComputeUnitCount; } ShaderCoreProperties2;
// 1000413001 MAINTENANCE_4_PROPERTIES
typedef struct { u32 sType; void *pNext; u64 maxBufferSize; } Maintenance4Properties;

enum { shaderFloat64 = 39, shaderInt64 = 40, shaderInt16 = 41, FEATURES = 55 }; // VkPhysicalDeviceFeatures, by position
// 1000059000 FEATURES_2
typedef struct { u32 sType; void *pNext; B32 list[FEATURES]; } PhysicalDeviceFeatures2;
// 49 VULKAN_1_1_FEATURES
typedef struct {
	u32 sType; void *pNext;
	B32 storageBuffer16BitAccess, uniformAndStorageBuffer16BitAccess, storagePushConstant16, storageInputOutput16, multiview, multiviewGeometryShader, multiviewTessellationShader;
	B32 variablePointersStorageBuffer, variablePointers, protectedMemory, samplerYcbcrConversion, shaderDrawParameters;
} Vulkan11Features;
// 51 VULKAN_1_2_FEATURES
typedef struct {
	u32 sType; void *pNext;
	B32 samplerMirrorClampToEdge, drawIndirectCount, storageBuffer8BitAccess, uniformAndStorageBuffer8BitAccess, storagePushConstant8, shaderBufferInt64Atomics, shaderSharedInt64Atomics, shaderFloat16, shaderInt8;
	B32 descriptorIndexing[21]; // descriptorIndexing .. runtimeDescriptorArray
	B32 samplerFilterMinmax, scalarBlockLayout, imagelessFramebuffer, uniformBufferStandardLayout, shaderSubgroupExtendedTypes, separateDepthStencilLayouts, hostQueryReset, timelineSemaphore;
	B32 bufferDeviceAddress, bufferDeviceAddressCaptureReplay, bufferDeviceAddressMultiDevice, vulkanMemoryModel, vulkanMemoryModelDeviceScope, vulkanMemoryModelAvailabilityVisibilityChains;
	B32 shaderOutputViewportIndex, shaderOutputLayer, subgroupBroadcastDynamicId;
} Vulkan12Features;
// 1000225002 SUBGROUP_SIZE_CONTROL_FEATURES
typedef struct { u32 sType; void *pNext; B32 subgroupSizeControl, computeFullSubgroups; } SubgroupSizeControlFeatures;
// 1000506000 COOPERATIVE_MATRIX_FEATURES_KHR
typedef struct { u32 sType; void *pNext; B32 cooperativeMatrix, cooperativeMatrixRobustBufferAccess; } CooperativeMatrixFeatures;
// 1000506002 COOPERATIVE_MATRIX_PROPERTIES_KHR of a device, 1000506001 of a shape
typedef struct { u32 sType; void *pNext; u32 supportedStages; } CooperativeMatrixDeviceProperties;
typedef struct { u32 sType; void *pNext; u32 M, N, K, A, B, C, result; B32 saturating; u32 scope; } CooperativeMatrixShape;

typedef struct { u32 propertyFlags, heapIndex; } MemoryType;
typedef struct { u64 size; u32 flags; } MemoryHeap;
typedef struct { u32 typeCount; MemoryType types[32]; u32 heapCount; MemoryHeap heaps[16]; } MemoryProperties;
typedef struct { u32 flags, count, timestampValidBits, granularity[3]; } QueueFamilyProperties;

// 2 DEVICE_QUEUE_CREATE_INFO, 3 DEVICE_CREATE_INFO
typedef struct { u32 sType; const void *pNext; u32 flags, family, count; const float *priorities; } QueueCreateInfo;
typedef struct { u32 sType; const void *pNext; u32 flags, queueCount; const QueueCreateInfo *queues; u32 layerCount; const char *const *layers; u32 extensionCount; const char *const *extensions; const void *features; } DeviceCreateInfo;

// 12 BUFFER_CREATE_INFO, 5 MEMORY_ALLOCATE_INFO, 1000060000 MEMORY_ALLOCATE_FLAGS_INFO, 1000244001 BUFFER_DEVICE_ADDRESS_INFO
typedef struct { u32 sType; const void *pNext; u32 flags; u64 size; u32 usage, sharing, familyCount; const u32 *families; } BufferCreateInfo;
typedef struct { u64 size, alignment; u32 typeBits; } MemoryRequirements;
typedef struct { u32 sType; const void *pNext; u32 flags, deviceMask; } MemoryAllocateFlagsInfo;
typedef struct { u32 sType; const void *pNext; u64 size; u32 type; } MemoryAllocateInfo;
typedef struct { u32 sType; const void *pNext; H buffer; } BufferDeviceAddressInfo;

// 8 FENCE_CREATE_INFO, 39 COMMAND_POOL_CREATE_INFO, 40 COMMAND_BUFFER_ALLOCATE_INFO, 42 COMMAND_BUFFER_BEGIN_INFO, 11 QUERY_POOL_CREATE_INFO, 4 SUBMIT_INFO, 46 MEMORY_BARRIER
typedef struct { u32 sType; const void *pNext; u32 flags; } FenceCreateInfo;
typedef struct { u32 sType; const void *pNext; u32 flags, family; } CommandPoolCreateInfo;
typedef struct { u32 sType; const void *pNext; H pool; u32 level, count; } CommandBufferAllocateInfo;
typedef struct { u32 sType; const void *pNext; u32 flags; const void *inheritance; } CommandBufferBeginInfo;
typedef struct { u32 sType; const void *pNext; u32 flags, type, count, statistics; } QueryPoolCreateInfo;
typedef struct { u32 sType; const void *pNext; u32 waitCount; const H *waits; const u32 *waitStages; u32 commandCount; const D *commands; u32 signalCount; const H *signals; } SubmitInfo;
typedef struct { u32 sType; const void *pNext; u32 src, dst; } MemoryBarrier;
typedef struct { u64 src, dst, size; } BufferCopy;

// 16 SHADER_MODULE_CREATE_INFO, 17 PIPELINE_CACHE_CREATE_INFO, 18 PIPELINE_SHADER_STAGE_CREATE_INFO, 29 COMPUTE_PIPELINE_CREATE_INFO
typedef struct { u32 sType; const void *pNext; u32 flags; size_t size; const u32 *code; } ShaderModuleCreateInfo;
typedef struct { u32 sType; const void *pNext; u32 flags; size_t size; const void *data; } PipelineCacheCreateInfo;
typedef struct { u32 id, offset; size_t size; } SpecializationEntry;
typedef struct { u32 count; const SpecializationEntry *entries; size_t size; const void *data; } SpecializationInfo;
typedef struct { u32 sType; const void *pNext; u32 flags, stage; H module; const char *name; const SpecializationInfo *specialization; } ShaderStage;
typedef struct { u32 sType; const void *pNext; u32 flags; ShaderStage stage; H layout, base; int32_t baseIndex; } ComputePipelineCreateInfo;

// 32 DESCRIPTOR_SET_LAYOUT_CREATE_INFO, 30 PIPELINE_LAYOUT_CREATE_INFO, 33 DESCRIPTOR_POOL_CREATE_INFO, 34 DESCRIPTOR_SET_ALLOCATE_INFO, 35 WRITE_DESCRIPTOR_SET
typedef struct { u32 binding, type, count, stages; const H *samplers; } SetLayoutBinding;
typedef struct { u32 sType; const void *pNext; u32 flags, count; const SetLayoutBinding *bindings; } SetLayoutCreateInfo;
typedef struct { u32 stages, offset, size; } PushConstantRange;
typedef struct { u32 sType; const void *pNext; u32 flags, setCount; const H *sets; u32 pushCount; const PushConstantRange *push; } PipelineLayoutCreateInfo;
typedef struct { u32 type, count; } PoolSize;
typedef struct { u32 sType; const void *pNext; u32 flags, maxSets, sizeCount; const PoolSize *sizes; } DescriptorPoolCreateInfo;
typedef struct { u32 sType; const void *pNext; H pool; u32 count; const H *layouts; } SetAllocateInfo;
typedef struct { H buffer; u64 offset, range; } DescriptorBufferInfo;
typedef struct { u32 sType; const void *pNext; H set; u32 binding, element, count, type; const void *images; const DescriptorBufferInfo *buffers; const void *texels; } WriteDescriptorSet;

// Surfaces. 1000001000 SWAPCHAIN_CREATE_INFO_KHR, 1000001001 PRESENT_INFO_KHR, 45 IMAGE_MEMORY_BARRIER
typedef struct { u32 width, height; } Extent;
typedef struct { u32 minImageCount, maxImageCount; Extent current, min, max; u32 maxArrayLayers, supportedTransforms, currentTransform, supportedCompositeAlpha, supportedUsage; } SurfaceCapabilities;
typedef struct { u32 format, colorSpace; } SurfaceFormat;
typedef struct {
	u32 sType; const void *pNext; u32 flags; H surface; u32 minImageCount, format, colorSpace; Extent extent;
	u32 arrayLayers, usage, sharing, familyCount; const u32 *families; u32 preTransform, compositeAlpha, presentMode; B32 clipped; H old;
} SwapchainCreateInfo;
typedef struct { u32 sType; const void *pNext; u32 waitCount; const H *waits; u32 swapchainCount; const H *swapchains; const u32 *images; int32_t *results; } PresentInfo;
typedef struct { u32 aspects, baseLevel, levels, baseLayer, layers; } ImageSubresourceRange;
typedef struct { u32 sType; const void *pNext; u32 src, dst, oldLayout, newLayout, srcFamily, dstFamily; H image; ImageSubresourceRange range; } ImageMemoryBarrier;
typedef struct { u64 offset; u32 rowLength, imageHeight, aspects, level, baseLayer, layers; int32_t at[3]; u32 size[3]; } BufferImageCopy;

_Static_assert(sizeof(void *) == 8, "64-bit only");
_Static_assert(sizeof(SwapchainCreateInfo) == 104, "VkSwapchainCreateInfoKHR");
_Static_assert(sizeof(ImageMemoryBarrier) == 72, "VkImageMemoryBarrier");
_Static_assert(sizeof(BufferImageCopy) == 56, "VkBufferImageCopy");
_Static_assert(sizeof(PhysicalDeviceLimits) == 504, "VkPhysicalDeviceLimits");
_Static_assert(sizeof(PhysicalDeviceProperties) == 824, "VkPhysicalDeviceProperties");
_Static_assert(sizeof(Vulkan11Properties) == 112, "VkPhysicalDeviceVulkan11Properties");
_Static_assert(sizeof(Vulkan12Features) == 208, "VkPhysicalDeviceVulkan12Features");
_Static_assert(sizeof(MemoryProperties) == 520, "VkPhysicalDeviceMemoryProperties");
#endif
