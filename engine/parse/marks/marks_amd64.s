#include "textflag.h"

// GATHER makes one word of the four parts of a block in R8 to R11, stores it and goes on.
#define GATHER \
	SHLQ $16, R9;  \
	SHLQ $32, R10; \
	SHLQ $48, R11; \
	ORQ  R9, R8;   \
	ORQ  R11, R10; \
	ORQ  R10, R8;  \
	MOVQ R8, (DI); \
	ADDQ $64, SI;  \
	ADDQ $8, DI;   \
	DECQ CX

// EACH puts b into every byte of x.
#define EACH(b, x) \
	MOVQ       $b, AX; \
	MOVQ       AX, x;  \
	PUNPCKLQDQ x, x

// QUOTED sets in r the bits of the quotes, backslashes and control characters of sixteen bytes. X5 is 2 in every byte, with which a
// quote becomes a blank and a control character stays one; X6 is blanks, and X7 backslashes.
#define QUOTED(at, r, x, y) \
	MOVOU    at(SI), x; \
	MOVO     x, y;      \
	PXOR     X5, x;     \
	PCMPEQB  X7, y;     \
	MOVO     x, X4;     \
	PMINUB   X6, X4;    \
	PCMPEQB  X4, x;     \
	POR      y, x;      \
	PMOVMSKB x, r

// TAGGED sets in r the bits of those of sixteen bytes that are as in X6 or X7.
#define TAGGED(at, r, x, y) \
	MOVOU    at(SI), x; \
	MOVO     x, y;      \
	PCMPEQB  X6, x;     \
	PCMPEQB  X7, y;     \
	POR      y, x;      \
	PMOVMSKB x, r

// func jsonBlocks(words *uint64, src *byte, n int)
TEXT ·jsonBlocks(SB), NOSPLIT, $0-24
	MOVQ words+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	EACH(0x0202020202020202, X5)
	EACH(0x2020202020202020, X6)
	EACH(0x5c5c5c5c5c5c5c5c, X7)

block:
	QUOTED(0, R8, X0, X1)
	QUOTED(16, R9, X2, X3)
	QUOTED(32, R10, X0, X1)
	QUOTED(48, R11, X2, X3)
	GATHER
	JNZ block
	RET

// func xmlBlocks(words *uint64, src *byte, n int)
TEXT ·xmlBlocks(SB), NOSPLIT, $0-24
	MOVQ words+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	EACH(0x3c3c3c3c3c3c3c3c, X6)
	EACH(0x2626262626262626, X7)

block:
	TAGGED(0, R8, X0, X1)
	TAGGED(16, R9, X2, X3)
	TAGGED(32, R10, X0, X1)
	TAGGED(48, R11, X2, X3)
	GATHER
	JNZ block
	RET
