// vkgan_heed_x11 makes Xlib's errors on a display no end of the process.
void vkgan_heed_x11(void *display);
// vkgan_x11_lost_window is a window that an error has said there is not, since the last call; 0: none.
unsigned long vkgan_x11_lost_window(void);
// vkgan_x11_broken says that the connection to the display is lost, after which nothing may be asked of it.
int vkgan_x11_broken(void);
