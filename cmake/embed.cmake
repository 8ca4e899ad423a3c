# postage_embed(TARGET SYMBOL FILE...): puts files into the binary with .incbin and makes `embedded_<SYMBOL>.h`-free
# access through base/embedded.h: each file is found by "<SYMBOL>/<name>".
function(postage_embed TARGET SYMBOL)
  set(asm ${CMAKE_CURRENT_BINARY_DIR}/embed_${SYMBOL}.S)
  set(table ${CMAKE_CURRENT_BINARY_DIR}/embed_${SYMBOL}.cc)
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/tools/embed.py ${SYMBOL} ${asm} ${table} ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
  set(paths)
  foreach(item ${ARGN})
    string(REGEX REPLACE "^[^=]*=" "" path ${item})
    list(APPEND paths ${path})
  endforeach()
  set_source_files_properties(${asm} PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${TARGET} PRIVATE ${asm} ${table})
endfunction()
