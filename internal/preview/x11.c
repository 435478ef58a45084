//go:build !nowindow

// What Xlib does about errors, unless it is told otherwise, is to end the process; here they are noted. A window that somebody
// else destroys gives errors, a connection that breaks gives an I/O error.
#include <X11/Xlib.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>
#include "x11.h"

// Since libX11 1.7, of 2020; older ones end the process.
extern void XSetIOErrorExitHandler(Display *, void (*)(Display *, void *), void *) __attribute__((weak));

static atomic_ulong window;
static atomic_int broken;

static int on_error(Display *d, XErrorEvent *e) {
	if (e->error_code == BadWindow || e->error_code == BadDrawable) atomic_store(&window, e->resourceid);
	return 0;
}

static int on_io_error(Display *d) { return 0; }

// GLFW would read from the broken connection without end: in its place it gets one that stays silent.
static void on_exit_wanted(Display *d, void *unused) {
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0) dup2(ends[0], ConnectionNumber(d));
	atomic_store(&broken, 1);
}

void vkgan_heed_x11(void *display) {
	XSetErrorHandler(on_error);
	XSetIOErrorHandler(on_io_error);
	if (XSetIOErrorExitHandler) XSetIOErrorExitHandler(display, on_exit_wanted, 0);
}

unsigned long vkgan_x11_lost_window(void) { return atomic_exchange(&window, 0); }

int vkgan_x11_broken(void) { return atomic_load(&broken); }
