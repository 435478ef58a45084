// What storing 64 bytes costs: by vector, by scatters of eight floats (as lavapipe stores with 512-bit vectors) and of eight pairs,
// and by scalar stores; by two threads, each in memory of its own that fits a cache or does not.
//	gcc -O2 -march=native -pthread tools/peer/stores.c -o /tmp/stores && /tmp/stores    (needs AVX-512)
#include <immintrin.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VECTOR, FLOATS, PAIRS, SCALAR, WAYS };
static const char *names[] = {"vector", "scatters of 8 floats", "scatter of 8 pairs", "scalar, 64 bits"};

struct job {
	char *to;
	size_t bytes;
	int rounds, way;
};

static void *store(void *argument) {
	struct job *j = argument;
	__m512i v = _mm512_set1_epi32(3), low = _mm512_setr_epi64(0, 4, 8, 12, 16, 20, 24, 28), high = _mm512_add_epi64(low, _mm512_set1_epi64(32));
	__m256i half = _mm256_set1_epi32(3), pairs = _mm256_setr_epi32(0, 8, 16, 24, 32, 40, 48, 56);
	for (int r = 0; r < j->rounds; r++)
		for (char *p = j->to; p < j->to + j->bytes; p += 64) switch (j->way) {
			case VECTOR: _mm512_store_si512((void *)p, v); break;
			case FLOATS: _mm512_i64scatter_epi32(p, low, half, 1); _mm512_i64scatter_epi32(p, high, half, 1); break;
			case PAIRS: _mm512_i32scatter_epi64(p, pairs, v, 1); break;
			case SCALAR: for (int k = 0; k < 8; k++) ((volatile long *)p)[k] = 3;
			}
	return NULL;
}

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main(void) {
	for (int way = 0; way < WAYS; way++)
		for (size_t bytes = 1 << 20; bytes <= 32 << 20; bytes *= 32) {
			struct job jobs[2];
			pthread_t threads[2];
			for (int i = 0; i < 2; i++) {
				jobs[i] = (struct job){aligned_alloc(4096, bytes), bytes, (128 << 20) / bytes, way};
				memset(jobs[i].to, 1, bytes);
			}
			double start = now();
			for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, store, &jobs[i]);
			for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
			printf("%-22s %2zu MB a thread: %5.1f ns per 64 bytes\n", names[way], bytes >> 20, (now() - start) * 1e9 / (jobs[0].rounds * (bytes / 64.0)));
			for (int i = 0; i < 2; i++) free(jobs[i].to);
		}
}
