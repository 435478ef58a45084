// The C side of package vk: every Vulkan call that takes an array or a pNext
// chain. Arguments are scalars, flat structs without pointers, and arrays of
// them, so that no Go pointer is ever stored in C memory.
#ifndef VKGAN_NATIVE_H
#define VKGAN_NATIVE_H
#include <stddef.h>
#include <stdint.h>

typedef uint64_t vkg_handle;
typedef struct vkg_instance vkg_instance; // an instance with its functions and messages
typedef struct vkg_device vkg_device;     // a device with its functions

// Bits of Features in shader.go, in the same order.
enum {
	VKG_BUFFER_ADDRESS = 1 << 0,
	VKG_INT64 = 1 << 1,
	VKG_INT16 = 1 << 2,
	VKG_FLOAT16 = 1 << 3,
	VKG_FLOAT64 = 1 << 4,
	VKG_STORAGE16 = 1 << 5,
	VKG_STORAGE8 = 1 << 6,
	VKG_SCALAR_LAYOUT = 1 << 7,
	VKG_MEMORY_MODEL = 1 << 8,
	VKG_SUBGROUP_SIZE = 1 << 9,
	VKG_FULL_SUBGROUPS = 1 << 10,
	VKG_COOPERATIVE_MATRIX = 1 << 11,
	VKG_INT8 = 1 << 12,
	VKG_SUBGROUP_BASIC = 1 << 16, // subgroupSupportedOperations << 16
};

// A shape of cooperative matrices. a, b, c, result: VkComponentTypeKHR; scope: VkScopeKHR.
typedef struct {
	uint32_t m, n, k, a, b, c, result, scope;
} vkg_matrix;
enum { VKG_MATRICES = 64 }; // the most that are listed

typedef struct {
	uint32_t api, driver_version, vendor, device, type, driver_id;
	char name[256], driver_name[256], driver_info[256];
	uint8_t uuid[16], driver_uuid[16], cache_uuid[16];
	uint64_t max_storage_range, storage_align, max_allocation, max_buffer;
	uint32_t max_push, max_shared, max_invocations, max_groups[3], max_group_size[3], max_allocations, max_bindings;
	uint32_t subgroup, subgroup_min, subgroup_max, units; // units: compute units, 0 where the driver does not say
	float timestamp_period;
	uint32_t timestamp_bits, family; // family: of the queue to use; ~0 where none computes
	uint32_t features;
	uint32_t memory_types, memory_flags[32], heaps, heap_flags[16];
	uint64_t heap_size[16];
	vkg_matrix matrices[VKG_MATRICES]; // without saturation
	uint32_t matrix_count;
} vkg_info;

typedef struct {
	uint32_t found, settings, features; // the layer is there; it has VK_EXT_layer_settings; VK_EXT_validation_features
	uint32_t spec, implementation;
} vkg_layer;

typedef struct {
	vkg_handle buffer, memory;
	uint64_t address;
	void *mapped;
} vkg_block;

// Recorded commands.
enum { VKG_DISPATCH, VKG_BARRIER, VKG_HOST_BARRIER, VKG_COPY, VKG_FILL, VKG_STAMP };
typedef struct {
	uint32_t kind;
	uint32_t x, y, z;             // work groups; x: the word of a fill, the query of a stamp
	uint32_t push_at, push_bytes; // in the array of push constants
	vkg_handle a, b, set;         // pipeline, layout, descriptor set; destination and source buffer
	uint64_t a_at, b_at, bytes;   // of a copy or fill
} vkg_op;

typedef struct {
	vkg_handle set, buffer;
	uint64_t offset, range;
	uint32_t binding;
} vkg_binding;

// The loader.
void *vkg_load(char *why, uint32_t size); // vkGetInstanceProcAddr, or null and why
int32_t vkg_find_layer(vkg_layer *out);

// Instances. The layer is switched on where layer->found is set.
// surfaces: extensions, each name ended by a zero, the list by an empty one; has_surfaces: the loader has them.
int32_t vkg_create_instance(const vkg_layer *layer, const char *surfaces, vkg_instance **out, uint32_t *api, uint32_t *has_surfaces);
void *vkg_instance_handle(const vkg_instance *);
void vkg_close_instance(vkg_instance *); // destroys the VkInstance; messages stay readable
void vkg_free_instance(vkg_instance *);
uint32_t vkg_message(vkg_instance *, uint32_t i, char *out, uint32_t size); // copies message i and returns how many were kept
uint64_t vkg_message_count(vkg_instance *);                                // how many arrived
int32_t vkg_physical_devices(vkg_instance *, void **out, uint32_t *count);
void vkg_physical_info(vkg_instance *, void *physical, vkg_info *out);

// Devices.
uint32_t vkg_has_swapchain(vkg_instance *, void *physical);
int32_t vkg_create_device(vkg_instance *, void *physical, uint32_t family, uint32_t present, uint32_t features, vkg_device **out); // present: a family, ~0 for none
void *vkg_device_handle(const vkg_device *);
void vkg_free_device(vkg_device *); // after vkDestroyDevice
void vkg_name(vkg_device *, uint32_t type, vkg_handle, const char *name);

int32_t vkg_create_block(vkg_device *, uint64_t bytes, uint32_t usage, const uint32_t *types, uint32_t count, uint32_t map, vkg_block *out);
int32_t vkg_create_fence(vkg_device *, vkg_handle *out);
int32_t vkg_wait_fence(vkg_device *, vkg_handle fence, uint64_t ns);
// before and after: commands around all of them, or null.
int32_t vkg_submit(vkg_device *, void *queue, void *before, void *commands, uint32_t times, void *after, vkg_handle fence);

int32_t vkg_create_module(vkg_device *, const void *code, size_t bytes, vkg_handle *out);
int32_t vkg_create_set_layout(vkg_device *, uint32_t bindings, vkg_handle *out);
int32_t vkg_create_pipeline_layout(vkg_device *, vkg_handle set_layout, uint32_t push_bytes, vkg_handle *out);
int32_t vkg_create_cache(vkg_device *, const void *data, size_t bytes, vkg_handle *out);
int32_t vkg_cache_data(vkg_device *, vkg_handle cache, size_t *bytes, void *data); // data: null to ask for *bytes
int32_t vkg_create_pipeline(vkg_device *, vkg_handle cache, vkg_handle module, vkg_handle layout, uint32_t flags, const uint32_t *ids, const uint32_t *words, uint32_t count, vkg_handle *out);
int32_t vkg_create_sets(vkg_device *, const vkg_handle *layouts, uint32_t count, uint32_t bindings, vkg_handle *pool, vkg_handle *sets);
void vkg_bind(vkg_device *, const vkg_binding *, uint32_t count);

int32_t vkg_create_commands(vkg_device *, uint32_t family, vkg_handle *pool, void **commands);
int32_t vkg_create_queries(vkg_device *, uint32_t count, vkg_handle *out);
int32_t vkg_record(vkg_device *, void *commands, uint32_t reuse, vkg_handle queries, uint32_t query_count, const vkg_op *ops, size_t count, const uint8_t *push);

// Windows (present.c).
typedef void (*vkg_function)(void);
vkg_function vkg_instance_proc(const vkg_instance *, const char *name);
vkg_function vkg_device_proc(const vkg_instance *, const vkg_device *, const char *name);

typedef struct vkg_surface vkg_surface; // a window's surface with the functions that show images in it
typedef struct {
	vkg_handle handle, images[16];
	uint32_t count, width, height, bgr; // bgr: a pixel's first byte is blue
} vkg_swapchain;

vkg_surface *vkg_open_surface(vkg_instance *, void *physical, vkg_handle surface);
uint32_t vkg_surface_family(vkg_surface *, uint32_t preferred); // that presents; ~0: none
void vkg_close_surface(vkg_surface *);
int32_t vkg_use_device(vkg_surface *, vkg_device *); // once, before what follows
int32_t vkg_create_swapchain(vkg_surface *, uint32_t width, uint32_t height, uint32_t family, uint32_t present, vkg_swapchain *out);
void vkg_destroy_swapchain(vkg_surface *, vkg_handle swapchain);
int32_t vkg_acquire(vkg_surface *, vkg_handle swapchain, vkg_handle fence, uint32_t *image);
int32_t vkg_record_show(vkg_surface *, void *commands, vkg_handle buffer, uint64_t at, vkg_handle image, uint32_t width, uint32_t height);
int32_t vkg_present(vkg_surface *, void *queue, vkg_handle swapchain, uint32_t image);
int32_t vkg_wait_queue(vkg_surface *, void *queue);
#endif
