// Surfaces and swapchains: every call that takes an array or a pNext chain. Knows no window system.
#include "native.h"
#include "vulkan_abi.h"
#include <stdlib.h>
#include <string.h>

enum { FORMAT_NOT_SUPPORTED = -11 };

struct vkg_surface {
	vkg_instance *in;
	D instance, physical, device;
	H handle;
	void (*destroy)(D, H, const void *);
	void (*families)(D, u32 *, QueueFamilyProperties *);
	int32_t (*support)(D, u32, H, B32 *);
	int32_t (*capabilities)(D, H, SurfaceCapabilities *);
	int32_t (*formats)(D, H, u32 *, SurfaceFormat *);
	int32_t (*create_swapchain)(D, const SwapchainCreateInfo *, const void *, H *);
	void (*destroy_swapchain)(D, H, const void *);
	int32_t (*images)(D, H, u32 *, H *);
	int32_t (*acquire)(D, H, u64, H, H, u32 *);
	int32_t (*present)(D, const PresentInfo *);
	int32_t (*wait_queue)(D);
	int32_t (*reset_fences)(D, u32, const H *);
	int32_t (*begin)(D, const CommandBufferBeginInfo *);
	int32_t (*end)(D);
	void (*barrier)(D, u32, u32, u32, u32, const MemoryBarrier *, u32, const void *, u32, const ImageMemoryBarrier *);
	void (*copy)(D, H, H, u32, u32, const BufferImageCopy *);
};

vkg_surface *vkg_open_surface(vkg_instance *in, void *physical, vkg_handle surface) {
	vkg_surface *s = calloc(1, sizeof *s);
	if (!s) return 0;
	s->in = in;
	s->instance = vkg_instance_handle(in);
	s->physical = physical;
	s->handle = surface;
#define LOAD(field, name) s->field = (void *)vkg_instance_proc(in, name)
	LOAD(destroy, "vkDestroySurfaceKHR");
	LOAD(families, "vkGetPhysicalDeviceQueueFamilyProperties");
	LOAD(support, "vkGetPhysicalDeviceSurfaceSupportKHR");
	LOAD(capabilities, "vkGetPhysicalDeviceSurfaceCapabilitiesKHR");
	LOAD(formats, "vkGetPhysicalDeviceSurfaceFormatsKHR");
#undef LOAD
	return s;
}

void vkg_close_surface(vkg_surface *s) {
	s->destroy(s->instance, s->handle, 0);
	free(s);
}

uint32_t vkg_surface_family(vkg_surface *s, uint32_t preferred) {
	u32 n = 0;
	B32 can = 0;
	if (s->support(s->physical, preferred, s->handle, &can) == SUCCESS && can) return preferred;
	s->families(s->physical, &n, 0);
	for (u32 i = 0; i < n; i++)
		if (s->support(s->physical, i, s->handle, &can) == SUCCESS && can) return i;
	return ~0u;
}

int32_t vkg_use_device(vkg_surface *s, vkg_device *d) {
	s->device = vkg_device_handle(d);
	const struct {
		void *field;
		const char *name;
	} table[] = {
	    {&s->create_swapchain, "vkCreateSwapchainKHR"}, {&s->destroy_swapchain, "vkDestroySwapchainKHR"}, {&s->images, "vkGetSwapchainImagesKHR"},
	    {&s->acquire, "vkAcquireNextImageKHR"}, {&s->present, "vkQueuePresentKHR"}, {&s->wait_queue, "vkQueueWaitIdle"},
	    {&s->reset_fences, "vkResetFences"}, {&s->begin, "vkBeginCommandBuffer"}, {&s->end, "vkEndCommandBuffer"},
	    {&s->barrier, "vkCmdPipelineBarrier"}, {&s->copy, "vkCmdCopyBufferToImage"}};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		vkg_function fn = vkg_device_proc(s->in, d, table[i].name);
		if (!fn) return INITIALIZATION_FAILED;
		memcpy(table[i].field, &fn, sizeof fn);
	}
	return SUCCESS;
}

static u32 within(u32 v, u32 least, u32 most) { return v < least ? least : v > most ? most : v; }

// Four bytes a pixel, in either order of the colours; sRGB or not makes no difference to a copy.
static int32_t choose_format(vkg_surface *s, SurfaceFormat *out, u32 *bgr) {
	enum { RGBA = 37, RGBA_SRGB = 43, BGRA = 44, BGRA_SRGB = 50 };
	SurfaceFormat list[64];
	u32 n = sizeof list / sizeof *list;
	int32_t r = s->formats(s->physical, s->handle, &n, list);
	if (r != SUCCESS && r != INCOMPLETE) return r;
	const u32 wanted[] = {BGRA, RGBA, BGRA_SRGB, RGBA_SRGB};
	for (u32 w = 0; w < 4; w++)
		for (u32 i = 0; i < n; i++)
			if (list[i].format == wanted[w]) {
				*out = list[i];
				*bgr = wanted[w] >= BGRA;
				return SUCCESS;
			}
	return FORMAT_NOT_SUPPORTED;
}

int32_t vkg_create_swapchain(vkg_surface *s, uint32_t width, uint32_t height, uint32_t family, uint32_t present, vkg_swapchain *out) {
	enum { TRANSFER_DST = 2, FIFO = 2 };
	memset(out, 0, sizeof *out);
	SurfaceCapabilities c;
	int32_t r = s->capabilities(s->physical, s->handle, &c);
	if (r != SUCCESS) return r;
	SurfaceFormat format;
	r = choose_format(s, &format, &out->bgr);
	if (r != SUCCESS) return r;
	if (!(c.supportedUsage & TRANSFER_DST)) return FORMAT_NOT_SUPPORTED;
	Extent size = c.current; // ~0: the window takes on the swapchain's size
	if (size.width == ~0u) size = (Extent){within(width, c.min.width, c.max.width), within(height, c.min.height, c.max.height)};
	out->width = size.width;
	out->height = size.height;
	if (!size.width || !size.height) return SUCCESS; // minimised: there is nothing to show
	const u32 families[] = {family, present};
	SwapchainCreateInfo ci = {.sType = 1000001000, .surface = s->handle, .minImageCount = c.minImageCount + 1, .format = format.format, .colorSpace = format.colorSpace,
	    .extent = size, .arrayLayers = 1, .usage = TRANSFER_DST, .sharing = family != present, .familyCount = family != present ? 2 : 0, .families = families,
	    .preTransform = c.currentTransform, .compositeAlpha = c.supportedCompositeAlpha & -c.supportedCompositeAlpha, .presentMode = FIFO, .clipped = 1};
	if (c.maxImageCount && ci.minImageCount > c.maxImageCount) ci.minImageCount = c.maxImageCount;
	r = s->create_swapchain(s->device, &ci, 0, &out->handle);
	if (r != SUCCESS) return r;
	out->count = sizeof out->images / sizeof *out->images;
	r = s->images(s->device, out->handle, &out->count, out->images);
	if (r != SUCCESS) {
		s->destroy_swapchain(s->device, out->handle, 0);
		out->handle = 0;
	}
	return r;
}

void vkg_destroy_swapchain(vkg_surface *s, vkg_handle swapchain) { s->destroy_swapchain(s->device, swapchain, 0); }

int32_t vkg_acquire(vkg_surface *s, vkg_handle swapchain, vkg_handle fence, uint32_t *image) {
	int32_t r = s->reset_fences(s->device, 1, &fence);
	return r == SUCCESS ? s->acquire(s->device, swapchain, 0, 0, fence, image) : r;
}

int32_t vkg_record_show(vkg_surface *s, void *commands, vkg_handle buffer, uint64_t at, vkg_handle image, uint32_t width, uint32_t height) {
	enum { COMPUTE = 0x800, TRANSFER = 0x1000, BOTTOM = 0x2000, COLOR = 1 };
	const u32 IGNORED = ~0u;
	enum { SHADER_WRITE = 0x40, TRANSFER_READ = 0x800, TRANSFER_WRITE = 0x1000 };
	enum { UNDEFINED = 0, TRANSFER_DST = 7, PRESENT_SRC = 1000001002 };
	CommandBufferBeginInfo bi = {.sType = 42};
	int32_t r = s->begin(commands, &bi);
	if (r != SUCCESS) return r;
	MemoryBarrier written = {.sType = 46, .src = SHADER_WRITE | TRANSFER_WRITE, .dst = TRANSFER_READ};
	ImageMemoryBarrier b = {.sType = 45, .dst = TRANSFER_WRITE, .oldLayout = UNDEFINED, .newLayout = TRANSFER_DST, .srcFamily = IGNORED, .dstFamily = IGNORED, .image = image, .range = {COLOR, 0, 1, 0, 1}};
	s->barrier(commands, COMPUTE | TRANSFER, TRANSFER, 0, 1, &written, 0, 0, 1, &b);
	BufferImageCopy c = {.offset = at, .rowLength = width, .imageHeight = height, .aspects = COLOR, .layers = 1, .size = {width, height, 1}};
	s->copy(commands, buffer, image, TRANSFER_DST, 1, &c);
	b.src = TRANSFER_WRITE;
	b.dst = 0;
	b.oldLayout = TRANSFER_DST;
	b.newLayout = PRESENT_SRC;
	s->barrier(commands, TRANSFER, BOTTOM, 0, 0, 0, 0, 0, 1, &b);
	return s->end(commands);
}

int32_t vkg_present(vkg_surface *s, void *queue, vkg_handle swapchain, uint32_t image) {
	PresentInfo pi = {.sType = 1000001001, .swapchainCount = 1, .swapchains = &swapchain, .images = &image};
	return s->present(queue, &pi);
}

int32_t vkg_wait_queue(vkg_surface *s, void *queue) { return s->wait_queue(queue); }
