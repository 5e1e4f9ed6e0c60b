package org.rebind.backend.cuda.internal;

import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.rebind.backend.BackendException;

/** NVRTC through bytedeco. Loading this class loads libnvrtc: a LinkageError where there is none. */
final class Nvrtc implements CudaCompiler {
    private final String version;

    Nvrtc() {
        int[] major = new int[1];
        int[] minor = new int[1];
        check("nvrtcVersion", nvrtc.nvrtcVersion(major, minor));
        version = major[0] + "." + minor[0];
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public byte[] compile(String name, String source, String architecture) {
        _nvrtcProgram program = new _nvrtcProgram();
        try (BytePointer text = new BytePointer(source); BytePointer file = new BytePointer(name + ".cu");
                // no contraction: the kernels say fma where they mean it
                PointerPointer<BytePointer> options = new PointerPointer<>("--gpu-architecture=" + architecture,
                        "--fmad=false", "--std=c++17", "--device-as-default-execution-space")) {
            check("nvrtcCreateProgram", nvrtc.nvrtcCreateProgram(program, text, file, 0, (PointerPointer<?>) null, null));
            try {
                int result = nvrtc.nvrtcCompileProgram(program, 4, options);
                if (result != 0) {
                    throw new BackendException(BackendException.Kind.COMPILE, "NVRTC " + version + " cannot compile "
                            + name + " for " + architecture + ":\n" + log(program) + "\n" + numbered(source));
                }
                return cubin(program);
            } finally {
                nvrtc.nvrtcDestroyProgram(program);
            }
        }
    }

    private static byte[] cubin(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check("nvrtcGetCUBINSize", nvrtc.nvrtcGetCUBINSize(program, size));
            byte[] bytes = new byte[(int) size.get()];
            check("nvrtcGetCUBIN", nvrtc.nvrtcGetCUBIN(program, bytes));
            return bytes;
        }
    }

    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check("nvrtcGetProgramLogSize", nvrtc.nvrtcGetProgramLogSize(program, size));
            try (BytePointer text = new BytePointer(Math.max(1, size.get()))) {
                check("nvrtcGetProgramLog", nvrtc.nvrtcGetProgramLog(program, text));
                return BytedecoDriver.text(text).strip();
            }
        }
    }

    /** The source with line numbers, as the log counts them. */
    static String numbered(String source) {
        StringBuilder s = new StringBuilder();
        int line = 1;
        for (String text : source.split("\n", -1)) {
            s.append(String.format("%4d  %s%n", line++, text));
        }
        return s.toString();
    }

    private static void check(String call, int result) {
        if (result != 0) {
            throw new BackendException(BackendException.Kind.COMPILE,
                    call + ": " + nvrtc.nvrtcGetErrorString(result).getString());
        }
    }
}
