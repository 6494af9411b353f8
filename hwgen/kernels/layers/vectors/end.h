/* Ends the code of one instruction set, so that the next one's header can follow. */

#undef PATH
#undef LANES
#undef VI
#undef VU
#undef VF
#undef VL
#undef VB
#undef FMA
#undef MULTIPLY_EVEN
#undef NARROW
#undef CLIP
#undef GATHER
#undef WIDEN
#ifdef HAS_TARGET
#undef HAS_TARGET
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
