#include "textflag.h"

// The words of the state are held as the instructions want them, A B E F in one register and C D G H in another, the first one highest.
// Four words of the message schedule are a quad. The first lane has X1 to X6 and SI, the second X7 to X12 and BX. X0 is the operand
// that SHA256RNDS2 does not name, and R8 where the constants are.

// LOAD puts block p into the quads m0 to m3, its words' first bytes highest; X15 is the order of bytes.
#define LOAD(p, m0, m1, m2, m3) \
	MOVOU  0(p), m0;  \
	MOVOU  16(p), m1; \
	MOVOU  32(p), m2; \
	MOVOU  48(p), m3; \
	PSHUFB X15, m0;   \
	PSHUFB X15, m1;   \
	PSHUFB X15, m2;   \
	PSHUFB X15, m3

// ROUNDS is four rounds with quad m and the constants at k. Two rounds turn C D G H into the new A B E F, and the old A B E F is the new
// C D G H: after four rounds each register holds its own again.
#define ROUNDS(k, m, abef, cdgh) \
	MOVOU       k(R8), X0;      \
	PADDD       m, X0;          \
	SHA256RNDS2 X0, abef, cdgh; \
	PSHUFD      $0x0e, X0, X0;  \
	SHA256RNDS2 X0, cdgh, abef

// EXPAND turns m0 into the quad that follows m3.
#define EXPAND(m0, m1, m2, m3, tmp) \
	MOVO       m3, tmp;     \
	PALIGNR    $4, m2, tmp; \
	SHA256MSG1 m1, m0;      \
	PADDD      tmp, m0;     \
	SHA256MSG2 m3, m0

// ADD adds to a register what the state in memory had in its place, and keeps the sum there.
#define ADD(at, s, x, tmp) \
	MOVOU at(s), tmp; \
	PADDD tmp, x;     \
	MOVOU x, at(s)

// ONE is four rounds of the first lane and the quad that comes sixteen rounds later, TWO the same of both lanes.
#define ONE(k, m0, m1, m2, m3) \
	ROUNDS(k, m0, X1, X2);       \
	EXPAND(m0, m1, m2, m3, X13)

#define TWO(k, m0, m1, m2, m3, n0, n1, n2, n3) \
	ROUNDS(k, m0, X1, X2);       \
	ROUNDS(k, n0, X7, X8);       \
	EXPAND(m0, m1, m2, m3, X13); \
	EXPAND(n0, n1, n2, n3, X14)

// func blocks1(s *state, p *byte, n int)
TEXT ·blocks1(SB), NOSPLIT, $0-24
	MOVQ  s+0(FP), DI
	MOVQ  p+8(FP), SI
	MOVQ  n+16(FP), CX
	LEAQ  constants<>(SB), R8
	MOVOU order<>(SB), X15
	MOVOU 0(DI), X1
	MOVOU 16(DI), X2

block:
	LOAD(SI, X3, X4, X5, X6)
	ONE(0, X3, X4, X5, X6)
	ONE(16, X4, X5, X6, X3)
	ONE(32, X5, X6, X3, X4)
	ONE(48, X6, X3, X4, X5)
	ONE(64, X3, X4, X5, X6)
	ONE(80, X4, X5, X6, X3)
	ONE(96, X5, X6, X3, X4)
	ONE(112, X6, X3, X4, X5)
	ONE(128, X3, X4, X5, X6)
	ONE(144, X4, X5, X6, X3)
	ONE(160, X5, X6, X3, X4)
	ONE(176, X6, X3, X4, X5)
	ROUNDS(192, X3, X1, X2)
	ROUNDS(208, X4, X1, X2)
	ROUNDS(224, X5, X1, X2)
	ROUNDS(240, X6, X1, X2)
	ADD(0, DI, X1, X13)
	ADD(16, DI, X2, X14)
	ADDQ $64, SI
	DECQ CX
	JNZ  block
	RET

// func blocks2(s, t *state, p, q *byte, n int)
TEXT ·blocks2(SB), NOSPLIT, $0-40
	MOVQ  s+0(FP), DI
	MOVQ  t+8(FP), DX
	MOVQ  p+16(FP), SI
	MOVQ  q+24(FP), BX
	MOVQ  n+32(FP), CX
	LEAQ  constants<>(SB), R8
	MOVOU order<>(SB), X15
	MOVOU 0(DI), X1
	MOVOU 16(DI), X2
	MOVOU 0(DX), X7
	MOVOU 16(DX), X8

block:
	LOAD(SI, X3, X4, X5, X6)
	LOAD(BX, X9, X10, X11, X12)
	TWO(0, X3, X4, X5, X6, X9, X10, X11, X12)
	TWO(16, X4, X5, X6, X3, X10, X11, X12, X9)
	TWO(32, X5, X6, X3, X4, X11, X12, X9, X10)
	TWO(48, X6, X3, X4, X5, X12, X9, X10, X11)
	TWO(64, X3, X4, X5, X6, X9, X10, X11, X12)
	TWO(80, X4, X5, X6, X3, X10, X11, X12, X9)
	TWO(96, X5, X6, X3, X4, X11, X12, X9, X10)
	TWO(112, X6, X3, X4, X5, X12, X9, X10, X11)
	TWO(128, X3, X4, X5, X6, X9, X10, X11, X12)
	TWO(144, X4, X5, X6, X3, X10, X11, X12, X9)
	TWO(160, X5, X6, X3, X4, X11, X12, X9, X10)
	TWO(176, X6, X3, X4, X5, X12, X9, X10, X11)
	ROUNDS(192, X3, X1, X2)
	ROUNDS(192, X9, X7, X8)
	ROUNDS(208, X4, X1, X2)
	ROUNDS(208, X10, X7, X8)
	ROUNDS(224, X5, X1, X2)
	ROUNDS(224, X11, X7, X8)
	ROUNDS(240, X6, X1, X2)
	ROUNDS(240, X12, X7, X8)
	ADD(0, DI, X1, X13)
	ADD(16, DI, X2, X14)
	ADD(0, DX, X7, X13)
	ADD(16, DX, X8, X14)
	ADDQ $64, SI
	ADDQ $64, BX
	DECQ CX
	JNZ  block
	RET

// func hasSHA() bool
TEXT ·hasSHA(SB), NOSPLIT, $0-1
	MOVB $0, ret+0(FP)
	XORL AX, AX
	CPUID
	CMPL AX, $7             // is there a leaf 7?
	JLT  no
	MOVL $1, AX
	XORL CX, CX
	CPUID
	TESTL $(1<<9), CX       // SSSE3
	JZ    no
	MOVL $7, AX
	XORL CX, CX
	CPUID
	SHRL $29, BX            // SHA
	ANDL $1, BX
	MOVB BX, ret+0(FP)

no:
	RET

// order turns each four bytes around.
DATA order<>+0(SB)/8, $0x0405060700010203
DATA order<>+8(SB)/8, $0x0c0d0e0f08090a0b
GLOBL order<>(SB), RODATA|NOPTR, $16

// constants are those of FIPS 180-4, section 4.2.2.
DATA constants<>+0x00(SB)/8, $0x71374491428a2f98
DATA constants<>+0x08(SB)/8, $0xe9b5dba5b5c0fbcf
DATA constants<>+0x10(SB)/8, $0x59f111f13956c25b
DATA constants<>+0x18(SB)/8, $0xab1c5ed5923f82a4
DATA constants<>+0x20(SB)/8, $0x12835b01d807aa98
DATA constants<>+0x28(SB)/8, $0x550c7dc3243185be
DATA constants<>+0x30(SB)/8, $0x80deb1fe72be5d74
DATA constants<>+0x38(SB)/8, $0xc19bf1749bdc06a7
DATA constants<>+0x40(SB)/8, $0xefbe4786e49b69c1
DATA constants<>+0x48(SB)/8, $0x240ca1cc0fc19dc6
DATA constants<>+0x50(SB)/8, $0x4a7484aa2de92c6f
DATA constants<>+0x58(SB)/8, $0x76f988da5cb0a9dc
DATA constants<>+0x60(SB)/8, $0xa831c66d983e5152
DATA constants<>+0x68(SB)/8, $0xbf597fc7b00327c8
DATA constants<>+0x70(SB)/8, $0xd5a79147c6e00bf3
DATA constants<>+0x78(SB)/8, $0x1429296706ca6351
DATA constants<>+0x80(SB)/8, $0x2e1b213827b70a85
DATA constants<>+0x88(SB)/8, $0x53380d134d2c6dfc
DATA constants<>+0x90(SB)/8, $0x766a0abb650a7354
DATA constants<>+0x98(SB)/8, $0x92722c8581c2c92e
DATA constants<>+0xa0(SB)/8, $0xa81a664ba2bfe8a1
DATA constants<>+0xa8(SB)/8, $0xc76c51a3c24b8b70
DATA constants<>+0xb0(SB)/8, $0xd6990624d192e819
DATA constants<>+0xb8(SB)/8, $0x106aa070f40e3585
DATA constants<>+0xc0(SB)/8, $0x1e376c0819a4c116
DATA constants<>+0xc8(SB)/8, $0x34b0bcb52748774c
DATA constants<>+0xd0(SB)/8, $0x4ed8aa4a391c0cb3
DATA constants<>+0xd8(SB)/8, $0x682e6ff35b9cca4f
DATA constants<>+0xe0(SB)/8, $0x78a5636f748f82ee
DATA constants<>+0xe8(SB)/8, $0x8cc7020884c87814
DATA constants<>+0xf0(SB)/8, $0xa4506ceb90befffa
DATA constants<>+0xf8(SB)/8, $0xc67178f2bef9a3f7
GLOBL constants<>(SB), RODATA|NOPTR, $256
