#include "textflag.h"

// MARK sets in r the bits of the special ones of sixteen bytes. X5 is 2 in every byte, with which a quote becomes a blank and a control
// character stays one; X6 is blanks, and X7 backslashes.
#define MARK(at, r, x, y) \
	MOVOU    at(SI), x; \
	MOVO     x, y;      \
	PXOR     X5, x;     \
	PCMPEQB  X7, y;     \
	MOVO     x, X4;     \
	PMINUB   X6, X4;    \
	PCMPEQB  X4, x;     \
	POR      y, x;      \
	PMOVMSKB x, r

// func markBlocks(words *uint64, src *byte, n int)
TEXT ·markBlocks(SB), NOSPLIT, $0-24
	MOVQ  words+0(FP), DI
	MOVQ  src+8(FP), SI
	MOVQ  n+16(FP), CX
	MOVQ  $0x0202020202020202, AX
	MOVQ  AX, X5
	PUNPCKLQDQ X5, X5
	MOVQ  $0x2020202020202020, AX
	MOVQ  AX, X6
	PUNPCKLQDQ X6, X6
	MOVQ  $0x5c5c5c5c5c5c5c5c, AX
	MOVQ  AX, X7
	PUNPCKLQDQ X7, X7

block:
	MARK(0, R8, X0, X1)
	MARK(16, R9, X2, X3)
	MARK(32, R10, X0, X1)
	MARK(48, R11, X2, X3)
	SHLQ $16, R9
	SHLQ $32, R10
	SHLQ $48, R11
	ORQ  R9, R8
	ORQ  R11, R10
	ORQ  R10, R8
	MOVQ R8, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  block
	RET
