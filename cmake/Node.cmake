# The Node that runs our wasm: as ctest's emulator, and inside the linker, which executes a module once to write Embind's
# glue. Node versions before 22 know relaxed SIMD only behind a flag, and emcc takes the name of one program without
# arguments, so for those a one-line launcher is written that adds the flag.

set(ATTNLAB_NODE "${CMAKE_CROSSCOMPILING_EMULATOR}")
if(NOT ATTNLAB_RELAXED_SIMD)
  return()
endif()

# (module (func (param v128 v128 v128) (result v128) local.get 0 1 2 f32x4.relaxed_madd))
set(probe "0,97,115,109,1,0,0,0,1,8,1,96,3,123,123,123,1,123,3,2,1,0,10,13,1,11,0,32,0,32,1,32,2,253,133,2,11")
set(probe "process.exit(WebAssembly.validate(new Uint8Array([${probe}])) ? 0 : 1)")
execute_process(COMMAND "${ATTNLAB_NODE}" -e "${probe}" RESULT_VARIABLE plain_status OUTPUT_QUIET ERROR_QUIET)
if(plain_status EQUAL 0)
  return()
endif()
set(relaxed_flag --experimental-wasm-relaxed-simd)
execute_process(COMMAND "${ATTNLAB_NODE}" ${relaxed_flag} -e "${probe}" RESULT_VARIABLE flag_status OUTPUT_QUIET
                ERROR_QUIET)
if(NOT flag_status EQUAL 0)
  message(FATAL_ERROR "${ATTNLAB_NODE} cannot run relaxed SIMD, with or without ${relaxed_flag}")
endif()

set(ATTNLAB_NODE "${PROJECT_BINARY_DIR}/node-relaxed")
file(WRITE "${ATTNLAB_NODE}" "#!/bin/sh\nexec '${CMAKE_CROSSCOMPILING_EMULATOR}' ${relaxed_flag} \"$@\"\n")
file(CHMOD "${ATTNLAB_NODE}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
     WORLD_EXECUTE)
