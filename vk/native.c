#include "native.h"
#include "vulkan_abi.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYER "VK_LAYER_KHRONOS_validation"
#define API_1_2 (1u << 22 | 2u << 12)
#define API_1_3 (1u << 22 | 3u << 12)
enum { KEEP_MESSAGES = 64, MESSAGE_BYTES = 2048, MOST_SURFACES = 8 };

// ---- The loader ----------------------------------------------------------

static pfn (*get_proc)(D, const char *);

void *vkg_load(char *why, uint32_t size) {
	void *lib = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
	if (lib) get_proc = (pfn(*)(D, const char *))dlsym(lib, "vkGetInstanceProcAddr");
	if (!get_proc) snprintf(why, size, "%s", dlerror());
	return (void *)get_proc;
}

static u32 has_extension(const ExtensionProperties *e, u32 n, const char *name) {
	for (u32 i = 0; i < n; i++)
		if (!strcmp(e[i].name, name)) return 1;
	return 0;
}

int32_t vkg_find_layer(vkg_layer *out) {
	int32_t (*layers)(u32 *, LayerProperties *) = (void *)get_proc(0, "vkEnumerateInstanceLayerProperties");
	int32_t (*extensions)(const char *, u32 *, ExtensionProperties *) = (void *)get_proc(0, "vkEnumerateInstanceExtensionProperties");
	u32 n = 0;
	memset(out, 0, sizeof *out);
	int32_t r = layers(&n, 0);
	if (r < 0 || !n) return r;
	LayerProperties *l = calloc(n, sizeof *l);
	r = layers(&n, l);
	for (u32 i = 0; r >= 0 && i < n; i++)
		if (!strcmp(l[i].name, LAYER)) {
			out->found = 1;
			out->spec = l[i].specVersion;
			out->implementation = l[i].implementationVersion;
		}
	free(l);
	if (r < 0 || !out->found) return r;
	n = 0;
	r = extensions(LAYER, &n, 0);
	ExtensionProperties *e = calloc(n + 1, sizeof *e);
	if (r >= 0) r = extensions(LAYER, &n, e);
	out->settings = has_extension(e, n, "VK_EXT_layer_settings");
	out->features = has_extension(e, n, "VK_EXT_validation_features");
	free(e);
	return r < 0 ? r : SUCCESS;
}

// ---- Instances -----------------------------------------------------------

struct vkg_instance {
	D handle;
	H messenger;
	u32 debug;
	pthread_mutex_t lock; // guards the messages
	u64 arrived;
	u32 kept;
	char messages[KEEP_MESSAGES][MESSAGE_BYTES];
	void (*destroy)(D, const void *);
	void (*destroy_messenger)(D, H, const void *);
	int32_t (*physical_devices)(D, u32 *, D *);
	void (*properties)(D, PhysicalDeviceProperties *);
	void (*properties2)(D, PhysicalDeviceProperties2 *);
	void (*features2)(D, PhysicalDeviceFeatures2 *);
	void (*memory)(D, MemoryProperties *);
	void (*families)(D, u32 *, QueueFamilyProperties *);
	int32_t (*extensions)(D, const char *, u32 *, ExtensionProperties *);
	int32_t (*matrices)(D, u32 *, CooperativeMatrixShape *); // null without VK_KHR_cooperative_matrix
	int32_t (*create_device)(D, const DeviceCreateInfo *, const void *, D *);
	pfn (*device_proc)(D, const char *);
};

// Called by the layer, on any thread. Never calls Go.
static B32 on_message(u32 severity, u32 types, const MessengerCallbackData *data, void *user) {
	vkg_instance *in = user;
	(void)severity, (void)types;
	pthread_mutex_lock(&in->lock);
	in->arrived++;
	if (in->kept < KEEP_MESSAGES) {
		const char *id = data->idName ? data->idName : "", *text = data->message ? data->message : "";
		snprintf(in->messages[in->kept++], MESSAGE_BYTES, "%s: %s", id, text);
	}
	pthread_mutex_unlock(&in->lock);
	return 0;
}

uint32_t vkg_message(vkg_instance *in, uint32_t i, char *out, uint32_t size) {
	pthread_mutex_lock(&in->lock);
	u32 kept = in->kept;
	if (i < kept) snprintf(out, size, "%s", in->messages[i]);
	pthread_mutex_unlock(&in->lock);
	return kept;
}

uint64_t vkg_message_count(vkg_instance *in) {
	pthread_mutex_lock(&in->lock);
	u64 n = in->arrived;
	pthread_mutex_unlock(&in->lock);
	return n;
}

pfn vkg_instance_proc(const vkg_instance *in, const char *name) { return get_proc(in->handle, name); }

// Appends the names of surfaces, each ended by a zero, the list by an empty one, where the loader has them all.
static u32 add_surfaces(const char *surfaces, const char **extensions, u32 *count, u32 most) {
	int32_t (*available)(const char *, u32 *, ExtensionProperties *) = (void *)get_proc(0, "vkEnumerateInstanceExtensionProperties");
	u32 n = 0, had = *count;
	if (!*surfaces || available(0, &n, 0) < 0) return 0;
	ExtensionProperties *e = calloc(n + 1, sizeof *e);
	if (!e || available(0, &n, e) < 0) n = 0;
	for (const char *name = surfaces; *name; name += strlen(name) + 1) {
		if (*count == most || !has_extension(e, n, name)) {
			*count = had;
			break;
		}
		extensions[(*count)++] = name;
	}
	free(e);
	return *count > had;
}

int32_t vkg_create_instance(const vkg_layer *layer, const char *surfaces, vkg_instance **out, uint32_t *api, uint32_t *has_surfaces) {
	int32_t (*create)(const InstanceCreateInfo *, const void *, D *) = (void *)get_proc(0, "vkCreateInstance");
	int32_t (*version)(u32 *) = (void *)get_proc(0, "vkEnumerateInstanceVersion"); // null in a 1.0 loader
	*api = 1u << 22;
	if (version) version(api);

	vkg_instance *in = calloc(1, sizeof *in);
	if (!in) return OUT_OF_HOST_MEMORY;
	pthread_mutex_init(&in->lock, 0);
	in->debug = layer->found;

	const char *layers[] = {LAYER}, *extensions[2 + MOST_SURFACES] = {"VK_EXT_debug_utils", 0};
	ApplicationInfo app = {.sType = 0, .app = "vkgan", .engine = "vkgan", .apiVersion = *api < API_1_3 ? *api : API_1_3};
	InstanceCreateInfo ci = {.sType = 1, .app = &app, .extensions = extensions};
	// Warnings and errors (0x1100) of the validation layer itself (types 2).
	MessengerCreateInfo messenger = {.sType = 1000128004, .severities = 0x1100, .types = 2, .callback = on_message, .user = in};
	const B32 on = 1;
	const LayerSetting settings[] = {{LAYER, "validate_sync", 0, 1, &on}, {LAYER, "syncval_shader_accesses_heuristic", 0, 1, &on}};
	LayerSettingsCreateInfo set = {.sType = 1000496000, .pNext = &messenger, .count = 2, .settings = settings};
	const u32 enabled[] = {4}; // SYNCHRONIZATION_VALIDATION
	ValidationFeatures validation = {.sType = 1000247000, .pNext = &messenger, .enabledCount = 1, .enabled = enabled};
	if (in->debug) {
		ci.layerCount = 1;
		ci.layers = layers;
		ci.extensionCount = 2;
		if (layer->settings) {
			extensions[1] = "VK_EXT_layer_settings";
			ci.pNext = &set;
		} else {
			extensions[1] = "VK_EXT_validation_features";
			ci.pNext = &validation;
		}
	}
	*has_surfaces = add_surfaces(surfaces, extensions, &ci.extensionCount, ci.extensionCount + MOST_SURFACES);
	int32_t r = create(&ci, 0, &in->handle);
	if (r != SUCCESS) {
		vkg_free_instance(in);
		return r;
	}
#define LOAD(field, name) in->field = (void *)get_proc(in->handle, name)
	LOAD(destroy, "vkDestroyInstance");
	LOAD(physical_devices, "vkEnumeratePhysicalDevices");
	LOAD(properties, "vkGetPhysicalDeviceProperties");
	LOAD(properties2, "vkGetPhysicalDeviceProperties2");
	LOAD(features2, "vkGetPhysicalDeviceFeatures2");
	LOAD(memory, "vkGetPhysicalDeviceMemoryProperties");
	LOAD(families, "vkGetPhysicalDeviceQueueFamilyProperties");
	LOAD(extensions, "vkEnumerateDeviceExtensionProperties");
	LOAD(matrices, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
	LOAD(create_device, "vkCreateDevice");
	LOAD(device_proc, "vkGetDeviceProcAddr");
	if (in->debug) {
		LOAD(destroy_messenger, "vkDestroyDebugUtilsMessengerEXT");
		int32_t (*create_messenger)(D, const MessengerCreateInfo *, const void *, H *) = (void *)get_proc(in->handle, "vkCreateDebugUtilsMessengerEXT");
		r = create_messenger(in->handle, &messenger, 0, &in->messenger);
		if (r != SUCCESS) {
			vkg_close_instance(in);
			vkg_free_instance(in);
			return r;
		}
	}
#undef LOAD
	*out = in;
	return SUCCESS;
}

void *vkg_instance_handle(const vkg_instance *in) { return in->handle; }

void vkg_close_instance(vkg_instance *in) {
	if (in->messenger) in->destroy_messenger(in->handle, in->messenger, 0);
	in->destroy(in->handle, 0);
	in->handle = 0;
}

void vkg_free_instance(vkg_instance *in) {
	pthread_mutex_destroy(&in->lock);
	free(in);
}

// ---- Physical devices ----------------------------------------------------

int32_t vkg_physical_devices(vkg_instance *in, void **out, uint32_t *count) { return in->physical_devices(in->handle, count, out); }

// The feature structs of one device, chained as far as its version allows.
typedef struct {
	PhysicalDeviceFeatures2 base;
	Vulkan11Features v11;
	Vulkan12Features v12;
	SubgroupSizeControlFeatures subgroup;
	CooperativeMatrixFeatures matrix;
} Features;

static void append(void *head, void *node) {
	Chain *c = head;
	while (c->pNext) c = c->pNext;
	c->pNext = node;
}

static void chain_features(Features *f, u32 subgroup_control, u32 cooperative_matrix) {
	memset(f, 0, sizeof *f);
	f->base.sType = 1000059000;
	f->v11.sType = 49;
	f->v12.sType = 51;
	f->subgroup.sType = 1000225002;
	f->matrix.sType = 1000506000;
	append(&f->base, &f->v11);
	append(&f->base, &f->v12);
	if (subgroup_control) append(&f->base, &f->subgroup);
	if (cooperative_matrix) append(&f->base, &f->matrix);
}

static ExtensionProperties *device_extensions(vkg_instance *in, D physical, u32 *n) {
	*n = 0;
	in->extensions(physical, 0, n, 0);
	ExtensionProperties *e = calloc(*n + 1, sizeof *e);
	if (!e || in->extensions(physical, 0, n, e) < 0) *n = 0;
	return e;
}

// The first family that computes and is not for graphics, else the first that computes.
static u32 compute_family(vkg_instance *in, D physical, u32 *timestamp_bits) {
	u32 n = 0, best = ~0u;
	in->families(physical, &n, 0);
	QueueFamilyProperties *q = calloc(n + 1, sizeof *q);
	in->families(physical, &n, q);
	for (u32 i = 0; i < n; i++) {
		u32 compute = q[i].flags & 2, graphics = q[i].flags & 1;
		if (compute && (best == ~0u || (!graphics && (q[best].flags & 1)))) best = i;
	}
	*timestamp_bits = best == ~0u ? 0 : q[best].timestampValidBits;
	free(q);
	return best;
}

static u32 feature_bits(const Features *f) {
	const Vulkan12Features *v = &f->v12;
	return (v->bufferDeviceAddress ? VKG_BUFFER_ADDRESS : 0) | (f->base.list[shaderInt64] ? VKG_INT64 : 0) |
	       (f->base.list[shaderInt16] ? VKG_INT16 : 0) | (f->base.list[shaderFloat64] ? VKG_FLOAT64 : 0) |
	       (v->shaderFloat16 ? VKG_FLOAT16 : 0) | (v->shaderInt8 ? VKG_INT8 : 0) |
	       (f->v11.storageBuffer16BitAccess ? VKG_STORAGE16 : 0) | (v->storageBuffer8BitAccess ? VKG_STORAGE8 : 0) |
	       (v->scalarBlockLayout ? VKG_SCALAR_LAYOUT : 0) | (v->vulkanMemoryModel && v->vulkanMemoryModelDeviceScope ? VKG_MEMORY_MODEL : 0) |
	       (f->subgroup.subgroupSizeControl ? VKG_SUBGROUP_SIZE : 0) | (f->subgroup.computeFullSubgroups ? VKG_FULL_SUBGROUPS : 0) |
	       (f->matrix.cooperativeMatrix ? VKG_COOPERATIVE_MATRIX : 0);
}

static void list_matrices(vkg_instance *in, D physical, vkg_info *out) {
	u32 n = 0;
	if (!in->matrices || in->matrices(physical, &n, 0) < 0) return;
	CooperativeMatrixShape *s = calloc(n + 1, sizeof *s);
	if (!s) return;
	for (u32 i = 0; i < n; i++) s[i].sType = 1000506001;
	if (in->matrices(physical, &n, s) < 0) n = 0;
	for (u32 i = 0; i < n && out->matrix_count < VKG_MATRICES; i++)
		if (!s[i].saturating) out->matrices[out->matrix_count++] = (vkg_matrix){s[i].M, s[i].N, s[i].K, s[i].A, s[i].B, s[i].C, s[i].result, s[i].scope};
	free(s);
}

void vkg_physical_info(vkg_instance *in, void *physical, vkg_info *out) {
	memset(out, 0, sizeof *out);
	PhysicalDeviceProperties2 p = {.sType = 1000059001};
	in->properties(physical, &p.properties);
	const PhysicalDeviceProperties *q = &p.properties;
	const PhysicalDeviceLimits *l = &q->limits;
	out->api = q->apiVersion;
	out->driver_version = q->driverVersion;
	out->vendor = q->vendorID;
	out->device = q->deviceID;
	memcpy(out->cache_uuid, q->pipelineCacheUUID, 16);
	out->type = q->deviceType;
	memcpy(out->name, q->deviceName, sizeof out->name);
	out->max_storage_range = l->maxStorageBufferRange;
	out->storage_align = l->minStorageBufferOffsetAlignment;
	out->max_push = l->maxPushConstantsSize;
	out->max_shared = l->maxComputeSharedMemorySize;
	out->max_invocations = l->maxComputeWorkGroupInvocations;
	memcpy(out->max_groups, l->maxComputeWorkGroupCount, sizeof out->max_groups);
	memcpy(out->max_group_size, l->maxComputeWorkGroupSize, sizeof out->max_group_size);
	out->max_allocations = l->maxMemoryAllocationCount;
	out->max_bindings = l->maxPerStageDescriptorStorageBuffers;
	out->timestamp_period = l->timestampPeriod;
	out->family = compute_family(in, physical, &out->timestamp_bits);

	MemoryProperties m;
	in->memory(physical, &m);
	out->memory_types = m.typeCount;
	out->heaps = m.heapCount;
	for (u32 i = 0; i < m.typeCount; i++) out->memory_flags[i] = m.types[i].propertyFlags;
	for (u32 i = 0; i < m.heapCount; i++) {
		out->heap_size[i] = m.heaps[i].size;
		out->heap_flags[i] = m.heaps[i].flags;
	}
	if (q->apiVersion < API_1_2 || !in->properties2 || !in->features2) return;

	u32 n;
	ExtensionProperties *e = device_extensions(in, physical, &n);
	u32 v13 = q->apiVersion >= API_1_3, control = v13 || has_extension(e, n, "VK_EXT_subgroup_size_control");
	u32 matrix = has_extension(e, n, "VK_KHR_cooperative_matrix");
	u32 nvidia = has_extension(e, n, "VK_NV_shader_sm_builtins"), amd = has_extension(e, n, "VK_AMD_shader_core_properties2");
	free(e);
	Vulkan11Properties v11 = {.sType = 50};
	DriverProperties driver = {.sType = 1000196000};
	SubgroupSizeControlProperties subgroup = {.sType = 1000225000};
	Maintenance4Properties buffers = {.sType = 1000413001};
	ShaderSMBuiltinsProperties sms = {.sType = 1000154001};
	ShaderCoreProperties2 cores = {.sType = 1000227000};
	CooperativeMatrixDeviceProperties matrices = {.sType = 1000506002};
	append(&p, &v11);
	append(&p, &driver);
	if (control) append(&p, &subgroup);
	if (v13) append(&p, &buffers);
	if (nvidia) append(&p, &sms);
	if (amd) append(&p, &cores);
	if (matrix) append(&p, &matrices);
	in->properties2(physical, &p);
	memcpy(out->uuid, v11.deviceUUID, 16);
	memcpy(out->driver_uuid, v11.driverUUID, 16);
	out->driver_id = driver.driverID;
	memcpy(out->driver_name, driver.driverName, sizeof out->driver_name);
	memcpy(out->driver_info, driver.driverInfo, sizeof out->driver_info);
	out->max_allocation = v11.maxMemoryAllocationSize;
	out->max_buffer = buffers.maxBufferSize;
	out->subgroup = v11.subgroupSize;
	out->subgroup_min = control ? subgroup.minSubgroupSize : v11.subgroupSize;
	out->subgroup_max = control ? subgroup.maxSubgroupSize : v11.subgroupSize;
	out->units = nvidia ? sms.shaderSMCount : cores.activeComputeUnitCount;

	Features f;
	chain_features(&f, control, matrix);
	in->features2(physical, &f.base);
	if (!(matrices.supportedStages & 0x20)) f.matrix.cooperativeMatrix = 0;
	out->features = feature_bits(&f);
	if (f.matrix.cooperativeMatrix) list_matrices(in, physical, out);
	if (v11.subgroupSupportedStages & 0x20) out->features |= (v11.subgroupSupportedOperations & 0xff) * VKG_SUBGROUP_BASIC;
}

// ---- Devices -------------------------------------------------------------

struct vkg_device {
	D handle;
	D *list; // what vkg_submit lists
	u32 list_size;
	int32_t (*name)(D, const ObjectNameInfo *);
	int32_t (*create_buffer)(D, const BufferCreateInfo *, const void *, H *);
	void (*destroy_buffer)(D, H, const void *);
	void (*requirements)(D, H, MemoryRequirements *);
	int32_t (*allocate)(D, const MemoryAllocateInfo *, const void *, H *);
	void (*free_memory)(D, H, const void *);
	int32_t (*bind_memory)(D, H, H, u64);
	int32_t (*map)(D, H, u64, u64, u32, void **);
	u64 (*address)(D, const BufferDeviceAddressInfo *);
	int32_t (*create_fence)(D, const FenceCreateInfo *, const void *, H *);
	int32_t (*wait_fences)(D, u32, const H *, B32, u64);
	int32_t (*reset_fences)(D, u32, const H *);
	int32_t (*submit)(D, u32, const SubmitInfo *, H);
	int32_t (*create_module)(D, const ShaderModuleCreateInfo *, const void *, H *);
	int32_t (*create_set_layout)(D, const SetLayoutCreateInfo *, const void *, H *);
	int32_t (*create_pipeline_layout)(D, const PipelineLayoutCreateInfo *, const void *, H *);
	int32_t (*create_cache)(D, const PipelineCacheCreateInfo *, const void *, H *);
	int32_t (*cache_data)(D, H, size_t *, void *);
	int32_t (*create_pipelines)(D, H, u32, const ComputePipelineCreateInfo *, const void *, H *);
	int32_t (*create_descriptor_pool)(D, const DescriptorPoolCreateInfo *, const void *, H *);
	void (*destroy_descriptor_pool)(D, H, const void *);
	int32_t (*allocate_sets)(D, const SetAllocateInfo *, H *);
	void (*update_sets)(D, u32, const WriteDescriptorSet *, u32, const void *);
	int32_t (*create_command_pool)(D, const CommandPoolCreateInfo *, const void *, H *);
	void (*destroy_command_pool)(D, H, const void *);
	int32_t (*allocate_commands)(D, const CommandBufferAllocateInfo *, D *);
	int32_t (*create_query_pool)(D, const QueryPoolCreateInfo *, const void *, H *);
	int32_t (*begin)(D, const CommandBufferBeginInfo *);
	int32_t (*end)(D);
	void (*bind_pipeline)(D, u32, H);
	void (*bind_sets)(D, u32, H, u32, u32, const H *, u32, const u32 *);
	void (*push)(D, H, u32, u32, u32, const void *);
	void (*dispatch)(D, u32, u32, u32);
	void (*barrier)(D, u32, u32, u32, u32, const MemoryBarrier *, u32, const void *, u32, const void *);
	void (*copy)(D, H, H, u32, const BufferCopy *);
	void (*fill)(D, H, u64, u64, u32);
	void (*reset_queries)(D, H, u32, u32);
	void (*stamp)(D, u32, H, u32);
};

uint32_t vkg_has_swapchain(vkg_instance *in, void *physical) {
	u32 n;
	ExtensionProperties *e = device_extensions(in, physical, &n);
	u32 has = has_extension(e, n, "VK_KHR_swapchain");
	free(e);
	return has;
}

int32_t vkg_create_device(vkg_instance *in, void *physical, uint32_t family, uint32_t present, uint32_t features, vkg_device **out) {
	PhysicalDeviceProperties p;
	in->properties(physical, &p);
	u32 n;
	ExtensionProperties *e = device_extensions(in, physical, &n);
	const char *names[4];
	u32 count = 0;
	if (present != ~0u) names[count++] = "VK_KHR_swapchain";
	u32 control = features & (VKG_SUBGROUP_SIZE | VKG_FULL_SUBGROUPS), matrix = features & VKG_COOPERATIVE_MATRIX;
	if (control && p.apiVersion < API_1_3) names[count++] = "VK_EXT_subgroup_size_control";
	if (matrix) names[count++] = "VK_KHR_cooperative_matrix";
	if (has_extension(e, n, "VK_KHR_portability_subset")) names[count++] = "VK_KHR_portability_subset";
	free(e);

	Features f;
	chain_features(&f, control, matrix);
	f.v12.bufferDeviceAddress = !!(features & VKG_BUFFER_ADDRESS);
	f.base.list[shaderInt64] = !!(features & VKG_INT64);
	f.base.list[shaderInt16] = !!(features & VKG_INT16);
	f.base.list[shaderFloat64] = !!(features & VKG_FLOAT64);
	f.v12.shaderFloat16 = !!(features & VKG_FLOAT16);
	f.v12.shaderInt8 = !!(features & VKG_INT8);
	f.v11.storageBuffer16BitAccess = !!(features & VKG_STORAGE16);
	f.v12.storageBuffer8BitAccess = !!(features & VKG_STORAGE8);
	f.v12.scalarBlockLayout = !!(features & VKG_SCALAR_LAYOUT);
	f.v12.vulkanMemoryModel = f.v12.vulkanMemoryModelDeviceScope = !!(features & VKG_MEMORY_MODEL); // atomicAdd has device scope
	f.subgroup.subgroupSizeControl = !!(features & VKG_SUBGROUP_SIZE);
	f.subgroup.computeFullSubgroups = !!(features & VKG_FULL_SUBGROUPS);
	f.matrix.cooperativeMatrix = !!matrix;
	const float priority = 1;
	const QueueCreateInfo queues[] = {{.sType = 2, .family = family, .count = 1, .priorities = &priority}, {.sType = 2, .family = present, .count = 1, .priorities = &priority}};
	const u32 queue_count = present == ~0u || present == family ? 1 : 2;
	DeviceCreateInfo ci = {.sType = 3, .pNext = &f.base, .queueCount = queue_count, .queues = queues, .extensionCount = count, .extensions = names};
	D handle;
	int32_t r = in->create_device(physical, &ci, 0, &handle);
	if (r != SUCCESS) return r;
	vkg_device *d = calloc(1, sizeof *d);
	if (!d) return OUT_OF_HOST_MEMORY;
	d->handle = handle;
	const struct {
		void *field;
		const char *name;
	} table[] = {
	    {&d->create_buffer, "vkCreateBuffer"}, {&d->destroy_buffer, "vkDestroyBuffer"}, {&d->requirements, "vkGetBufferMemoryRequirements"},
	    {&d->allocate, "vkAllocateMemory"}, {&d->free_memory, "vkFreeMemory"}, {&d->bind_memory, "vkBindBufferMemory"},
	    {&d->map, "vkMapMemory"}, {&d->address, "vkGetBufferDeviceAddress"}, {&d->create_fence, "vkCreateFence"},
	    {&d->wait_fences, "vkWaitForFences"}, {&d->reset_fences, "vkResetFences"}, {&d->submit, "vkQueueSubmit"},
	    {&d->create_module, "vkCreateShaderModule"}, {&d->create_set_layout, "vkCreateDescriptorSetLayout"}, {&d->create_pipeline_layout, "vkCreatePipelineLayout"},
	    {&d->create_cache, "vkCreatePipelineCache"}, {&d->cache_data, "vkGetPipelineCacheData"},
	    {&d->create_pipelines, "vkCreateComputePipelines"}, {&d->create_descriptor_pool, "vkCreateDescriptorPool"}, {&d->destroy_descriptor_pool, "vkDestroyDescriptorPool"},
	    {&d->allocate_sets, "vkAllocateDescriptorSets"}, {&d->update_sets, "vkUpdateDescriptorSets"}, {&d->create_command_pool, "vkCreateCommandPool"},
	    {&d->destroy_command_pool, "vkDestroyCommandPool"}, {&d->allocate_commands, "vkAllocateCommandBuffers"}, {&d->create_query_pool, "vkCreateQueryPool"},
	    {&d->begin, "vkBeginCommandBuffer"}, {&d->end, "vkEndCommandBuffer"}, {&d->bind_pipeline, "vkCmdBindPipeline"},
	    {&d->bind_sets, "vkCmdBindDescriptorSets"}, {&d->push, "vkCmdPushConstants"}, {&d->dispatch, "vkCmdDispatch"},
	    {&d->barrier, "vkCmdPipelineBarrier"}, {&d->copy, "vkCmdCopyBuffer"}, {&d->fill, "vkCmdFillBuffer"},
	    {&d->reset_queries, "vkCmdResetQueryPool"}, {&d->stamp, "vkCmdWriteTimestamp"}};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		pfn fn = in->device_proc(handle, table[i].name);
		if (!fn) r = INITIALIZATION_FAILED;
		memcpy(table[i].field, &fn, sizeof fn);
	}
	if (r != SUCCESS) {
		void (*destroy)(D, const void *) = (void *)in->device_proc(handle, "vkDestroyDevice");
		if (destroy) destroy(handle, 0);
		free(d);
		return r;
	}
	if (in->debug) d->name = (void *)get_proc(in->handle, "vkSetDebugUtilsObjectNameEXT");
	*out = d;
	return SUCCESS;
}

void *vkg_device_handle(const vkg_device *d) { return d->handle; }

pfn vkg_device_proc(const vkg_instance *in, const vkg_device *d, const char *name) { return in->device_proc(d->handle, name); }

void vkg_free_device(vkg_device *d) {
	free(d->list);
	free(d);
}

void vkg_name(vkg_device *d, uint32_t type, vkg_handle handle, const char *name) {
	ObjectNameInfo info = {.sType = 1000128000, .objectType = type, .handle = handle, .name = name};
	if (d->name) d->name(d->handle, &info);
}

// ---- Memory --------------------------------------------------------------

// A buffer that fills one allocation of the first memory type in types that it can use.
int32_t vkg_create_block(vkg_device *d, uint64_t bytes, uint32_t usage, const uint32_t *types, uint32_t count, uint32_t map, vkg_block *out) {
	const u32 addressed = usage & 0x20000; // SHADER_DEVICE_ADDRESS
	memset(out, 0, sizeof *out);
	BufferCreateInfo bi = {.sType = 12, .size = bytes, .usage = usage};
	int32_t r = d->create_buffer(d->handle, &bi, 0, &out->buffer);
	if (r != SUCCESS) return r;
	MemoryRequirements need;
	d->requirements(d->handle, out->buffer, &need);
	MemoryAllocateFlagsInfo flags = {.sType = 1000060000, .flags = 2}; // DEVICE_ADDRESS
	MemoryAllocateInfo ai = {.sType = 5, .pNext = addressed ? &flags : 0, .size = need.size};
	r = OUT_OF_DEVICE_MEMORY;
	for (u32 i = 0; i < count && r != SUCCESS; i++) {
		if (!(need.typeBits >> types[i] & 1)) continue;
		ai.type = types[i];
		r = d->allocate(d->handle, &ai, 0, &out->memory);
	}
	if (r == SUCCESS) r = d->bind_memory(d->handle, out->buffer, out->memory, 0);
	if (r == SUCCESS && map) r = d->map(d->handle, out->memory, 0, ~0ull, 0, &out->mapped);
	if (r != SUCCESS) {
		d->destroy_buffer(d->handle, out->buffer, 0);
		if (out->memory) d->free_memory(d->handle, out->memory, 0);
		return r;
	}
	BufferDeviceAddressInfo address = {.sType = 1000244001, .buffer = out->buffer};
	if (addressed) out->address = d->address(d->handle, &address);
	return SUCCESS;
}

// ---- Queue ---------------------------------------------------------------

int32_t vkg_create_fence(vkg_device *d, vkg_handle *out) {
	FenceCreateInfo ci = {.sType = 8};
	return d->create_fence(d->handle, &ci, 0, out);
}

int32_t vkg_wait_fence(vkg_device *d, vkg_handle fence, uint64_t ns) { return d->wait_fences(d->handle, 1, &fence, 1, ns); }

int32_t vkg_submit(vkg_device *d, void *queue, void *before, void *commands, uint32_t times, void *after, vkg_handle fence) {
	u32 count = 0, room = times + 2;
	if (room > d->list_size) {
		D *list = realloc(d->list, room * sizeof *list);
		if (!list) return OUT_OF_HOST_MEMORY;
		d->list = list;
		d->list_size = room;
	}
	if (before) d->list[count++] = before;
	for (u32 i = 0; i < times; i++) d->list[count++] = commands;
	if (after) d->list[count++] = after;
	int32_t r = d->reset_fences(d->handle, 1, &fence);
	if (r != SUCCESS) return r;
	SubmitInfo si = {.sType = 4, .commandCount = count, .commands = d->list};
	return d->submit(queue, 1, &si, fence);
}

// ---- Pipelines -----------------------------------------------------------

int32_t vkg_create_module(vkg_device *d, const void *code, size_t bytes, vkg_handle *out) {
	ShaderModuleCreateInfo ci = {.sType = 16, .size = bytes};
	u32 *words = malloc(bytes); // embedded bytes need not be aligned
	if (!words) return OUT_OF_HOST_MEMORY;
	memcpy(words, code, bytes);
	ci.code = words;
	int32_t r = d->create_module(d->handle, &ci, 0, out);
	free(words);
	return r;
}

int32_t vkg_create_set_layout(vkg_device *d, uint32_t bindings, vkg_handle *out) {
	SetLayoutBinding *b = calloc(bindings + 1, sizeof *b);
	if (!b) return OUT_OF_HOST_MEMORY;
	for (u32 i = 0; i < bindings; i++) b[i] = (SetLayoutBinding){.binding = i, .type = 7, .count = 1, .stages = 0x20};
	SetLayoutCreateInfo ci = {.sType = 32, .count = bindings, .bindings = b};
	int32_t r = d->create_set_layout(d->handle, &ci, 0, out);
	free(b);
	return r;
}

int32_t vkg_create_pipeline_layout(vkg_device *d, vkg_handle set_layout, uint32_t push_bytes, vkg_handle *out) {
	PushConstantRange push = {.stages = 0x20, .size = push_bytes};
	PipelineLayoutCreateInfo ci = {.sType = 30, .setCount = set_layout != 0, .sets = &set_layout, .pushCount = push_bytes != 0, .push = &push};
	return d->create_pipeline_layout(d->handle, &ci, 0, out);
}

int32_t vkg_create_cache(vkg_device *d, const void *data, size_t bytes, vkg_handle *out) {
	PipelineCacheCreateInfo ci = {.sType = 17, .size = bytes, .data = data};
	return d->create_cache(d->handle, &ci, 0, out);
}

int32_t vkg_cache_data(vkg_device *d, vkg_handle cache, size_t *bytes, void *data) { return d->cache_data(d->handle, cache, bytes, data); }

int32_t vkg_create_pipeline(vkg_device *d, vkg_handle cache, vkg_handle module, vkg_handle layout, uint32_t flags, const uint32_t *ids, const uint32_t *words, uint32_t count, vkg_handle *out) {
	SpecializationEntry *e = calloc(count + 1, sizeof *e);
	if (!e) return OUT_OF_HOST_MEMORY;
	for (u32 i = 0; i < count; i++) e[i] = (SpecializationEntry){ids[i], 4 * i, 4};
	SpecializationInfo spec = {count, e, 4 * (size_t)count, words};
	ComputePipelineCreateInfo ci = {.sType = 29, .layout = layout, .baseIndex = -1};
	ci.stage = (ShaderStage){.sType = 18, .flags = flags, .stage = 0x20, .module = module, .name = "main", .specialization = &spec};
	int32_t r = d->create_pipelines(d->handle, cache, 1, &ci, 0, out);
	free(e);
	return r;
}

int32_t vkg_create_sets(vkg_device *d, const vkg_handle *layouts, uint32_t count, uint32_t bindings, vkg_handle *pool, vkg_handle *sets) {
	PoolSize size = {7, bindings};
	DescriptorPoolCreateInfo ci = {.sType = 33, .maxSets = count, .sizeCount = 1, .sizes = &size};
	int32_t r = d->create_descriptor_pool(d->handle, &ci, 0, pool);
	if (r != SUCCESS) return r;
	SetAllocateInfo ai = {.sType = 34, .pool = *pool, .count = count, .layouts = layouts};
	r = d->allocate_sets(d->handle, &ai, sets);
	if (r != SUCCESS) d->destroy_descriptor_pool(d->handle, *pool, 0);
	return r;
}

void vkg_bind(vkg_device *d, const vkg_binding *b, uint32_t count) {
	for (u32 i = 0; i < count; i++) {
		DescriptorBufferInfo info = {b[i].buffer, b[i].offset, b[i].range};
		WriteDescriptorSet w = {.sType = 35, .set = b[i].set, .binding = b[i].binding, .count = 1, .type = 7, .buffers = &info};
		d->update_sets(d->handle, 1, &w, 0, 0);
	}
}

// ---- Recording -----------------------------------------------------------

int32_t vkg_create_commands(vkg_device *d, uint32_t family, vkg_handle *pool, void **commands) {
	CommandPoolCreateInfo ci = {.sType = 39, .flags = 2, .family = family}; // RESET_COMMAND_BUFFER
	int32_t r = d->create_command_pool(d->handle, &ci, 0, pool);
	if (r != SUCCESS) return r;
	CommandBufferAllocateInfo ai = {.sType = 40, .pool = *pool, .count = 1};
	r = d->allocate_commands(d->handle, &ai, commands);
	if (r != SUCCESS) d->destroy_command_pool(d->handle, *pool, 0);
	return r;
}

int32_t vkg_create_queries(vkg_device *d, uint32_t count, vkg_handle *out) {
	QueryPoolCreateInfo ci = {.sType = 11, .type = 2, .count = count}; // TIMESTAMP
	return d->create_query_pool(d->handle, &ci, 0, out);
}

int32_t vkg_record(vkg_device *d, void *commands, uint32_t reuse, vkg_handle queries, uint32_t query_count, const vkg_op *ops, size_t count, const uint8_t *push) {
	enum { COMPUTE = 0x800, TRANSFER = 0x1000, HOST = 0x4000, BOTTOM = 0x2000 };
	enum { SHADER_READ = 0x20, SHADER_WRITE = 0x40, TRANSFER_READ = 0x800, TRANSFER_WRITE = 0x1000, HOST_READ = 0x2000 };
	CommandBufferBeginInfo bi = {.sType = 42, .flags = reuse ? 4 : 1}; // SIMULTANEOUS_USE, ONE_TIME_SUBMIT
	int32_t r = d->begin(commands, &bi);
	if (r != SUCCESS) return r;
	if (query_count) d->reset_queries(commands, queries, 0, query_count);
	H pipeline = 0, set = 0, set_layout = 0;
	for (size_t i = 0; i < count; i++) {
		const vkg_op *o = &ops[i];
		switch (o->kind) {
		case VKG_DISPATCH:
			if (o->a != pipeline) d->bind_pipeline(commands, 1, pipeline = o->a);
			if (o->set && (o->set != set || o->b != set_layout)) {
				d->bind_sets(commands, 1, o->b, 0, 1, &o->set, 0, 0);
				set = o->set;
				set_layout = o->b;
			}
			if (o->push_bytes) d->push(commands, o->b, 0x20, 0, o->push_bytes, push + o->push_at);
			d->dispatch(commands, o->x, o->y, o->z);
			break;
		case VKG_BARRIER: {
			MemoryBarrier b = {.sType = 46, .src = SHADER_WRITE | TRANSFER_WRITE, .dst = SHADER_READ | SHADER_WRITE | TRANSFER_READ | TRANSFER_WRITE};
			d->barrier(commands, COMPUTE | TRANSFER, COMPUTE | TRANSFER, 0, 1, &b, 0, 0, 0, 0);
			break;
		}
		case VKG_HOST_BARRIER: {
			MemoryBarrier b = {.sType = 46, .src = SHADER_WRITE | TRANSFER_WRITE, .dst = HOST_READ};
			d->barrier(commands, COMPUTE | TRANSFER, HOST, 0, 1, &b, 0, 0, 0, 0);
			break;
		}
		case VKG_COPY: {
			BufferCopy c = {o->b_at, o->a_at, o->bytes};
			d->copy(commands, o->b, o->a, 1, &c);
			break;
		}
		case VKG_FILL:
			d->fill(commands, o->a, o->a_at, o->bytes, o->x);
			break;
		case VKG_STAMP:
			d->stamp(commands, BOTTOM, queries, o->x);
			break;
		}
	}
	return d->end(commands);
}
