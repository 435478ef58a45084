// One side of a tile, included by tile.glsl for each: SIDE(x) is a_x or b_x, SIDE_LINES the tile's rows or columns, and
// SIDE_K_FAST and SIDE_QUADS are the side's.
//
// An invocation brings blocks of 4 lines x 4 terms to shared memory, where four neighbouring lines of a term lie together.
// Neighbouring invocations take neighbouring blocks along the axis on which elements lie side by side.

const int SIDE(pitch) = SIDE_LINES / 4 + 1; // quads of a term, padded by one against bank conflicts
const int SIDE(blocks) = SIDE_LINES / 4 * (BK / 4);
const int SIDE(loads) = (SIDE(blocks) + LOCAL - 1) / LOCAL; // blocks of an invocation

shared vec4 SIDE(tile)[BK * SIDE(pitch)];

ivec3 SIDE(lines)[SIDE(loads)][4]; // where the lines of its blocks begin
vec4 SIDE(next)[SIDE(loads)][4];   // the next chunk's: terms of each line where SIDE_K_FAST, else lines of each term

// The first of a block's lines and terms in the tile.
int SIDE(block_line)(int block) { return 4 * (SIDE_K_FAST ? block / (BK / 4) : block % (SIDE_LINES / 4)); }
int SIDE(block_term)(int block) { return 4 * (SIDE_K_FAST ? block % (BK / 4) : block / (SIDE_LINES / 4)); }

bool SIDE(block_exists)(int block) { return SIDE(blocks) % LOCAL == 0 || block < SIDE(blocks); }

void SIDE(begin)(int lane, int first) {
	[[unroll]] for (int l = 0; l < SIDE(loads); l++)
		[[unroll]] for (int i = 0; i < 4; i++)
			SIDE(lines)[l][i] = SIDE(line)(first + SIDE(block_line)(lane + l * LOCAL) + i);
}

// fetch loads the chunk that begins with term k, of a side with so many lines in the group, where its own begin with first, and
// terms up to k1.
void SIDE(fetch)(int lane, int first, int lines, int k, int k1, bool whole) {
	[[unroll]] for (int l = 0; l < SIDE(loads); l++) {
		int block = lane + l * LOCAL;
		if (!SIDE(block_exists)(block)) return;
		int line = first + SIDE(block_line)(block), term = k + SIDE(block_term)(block);
		ivec3 terms[4];
		[[unroll]] for (int i = 0; i < 4; i++) terms[i] = SIDE(term)(term + i);
		[[unroll]] for (int i = 0; i < 4; i++)
			[[unroll]] for (int j = 0; j < (SIDE_QUADS ? 1 : 4); j++) {
				int m = SIDE_K_FAST ? i : j, u = SIDE_K_FAST ? j : i;
				ivec3 at = SIDE(lines)[l][m] + terms[u];
				bool there = (lines % SIDE_LINES == 0 || line + m < lines) && (whole || term + u < k1) && SIDE(inside)(at);
				if (SIDE_QUADS)
					SIDE(next)[l][i] = there ? SIDE(load4)(at.x) : vec4(0.0);
				else
					SIDE(next)[l][i][j] = there ? SIDE(load)(at.x) : 0.0;
			}
	}
}

// put moves what was fetched to shared memory.
void SIDE(put)(int lane) {
	[[unroll]] for (int l = 0; l < SIDE(loads); l++) {
		int block = lane + l * LOCAL;
		if (!SIDE(block_exists)(block)) return;
		int to = SIDE(block_term)(block) * SIDE(pitch) + SIDE(block_line)(block) / 4;
		[[unroll]] for (int i = 0; i < 4; i++)
			SIDE(tile)[to + i * SIDE(pitch)] = SIDE_K_FAST
				? vec4(SIDE(next)[l][0][i], SIDE(next)[l][1][i], SIDE(next)[l][2][i], SIDE(next)[l][3][i])
				: SIDE(next)[l][i];
	}
}
