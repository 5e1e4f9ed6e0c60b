package org.rebind.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.backend.Discovery;

/** Each way in which CUDA can be absent has its own sentence, and leaves nothing behind. */
class ProviderTest {
    private final FakeDriver driver = new FakeDriver();

    private static Discovery discover(Cuda cuda) {
        return new CudaProvider(() -> cuda, new CudaProvider.Settings(null, false)).discover();
    }

    private Cuda natives(CudaCompiler compiler) {
        return new Cuda(driver, compiler, new FakeNatives.Blas(driver, false), "", compiler == null ? "NVRTC is missing" : "", "");
    }

    private String declined(Cuda cuda) {
        Discovery d = discover(cuda);
        assertEquals(List.of(), d.backends());
        assertEquals(1, d.declined().size());
        assertEquals(List.of(), driver.leaks());
        return d.declined().get(0).reason();
    }

    @Test
    void noDriver() {
        assertEquals("no driver here", declined(new Cuda(null, null, null, "no driver here", "", "")));
    }

    /** A class path that holds the backend and not what it is bound by. */
    @Test
    void noBindings() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.contains("bytedeco")) {
                urls.add(new File(entry).toURI().toURL());
            }
        }
        try (URLClassLoader bare = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> provider = bare.loadClass(CudaProvider.class.getName());
            String found = provider.getMethod("discover").invoke(provider.getConstructor().newInstance()).toString();
            assertTrue(found.contains("the CUDA binding cannot be loaded"), found);
        }
    }

    @Test
    void noDevice() {
        driver.failures.put("init", "CUDA_ERROR_NO_DEVICE");
        assertEquals("no NVIDIA device on this machine", declined(natives(new FakeNatives.Compiler())));
        driver.devices = 0;
        assertEquals("no NVIDIA device on this machine", declined(natives(new FakeNatives.Compiler())));
    }

    @Test
    void oldDriver() {
        driver.version = 11080;
        assertTrue(declined(natives(new FakeNatives.Compiler())).contains("runs CUDA 11.8, 12.0 or newer"));
    }

    @Test
    void oldDevice() {
        driver.major = 7;
        assertTrue(declined(natives(new FakeNatives.Compiler())).contains("compute capability 7.0 is too old"));
    }

    @Test
    void noCompiler() {
        assertEquals("NVRTC is missing", declined(natives(null)));
    }

    @Test
    void noNativeMemory() {
        String reason = declined(natives(new CudaCompiler() {
            @Override
            public String version() {
                return "13.0";
            }

            @Override
            public byte[] compile(String name, String source, String architecture) {
                throw new OutOfMemoryError("Cannot allocate new BytePointer"); // what JavaCPP throws
            }
        }));
        assertTrue(reason.contains("Pretend GPU 0: it fails the self-test: Cannot allocate"), reason);
    }

    @Test
    void wrongNumbers() {
        String reason = declined(natives(new FakeNatives.Compiler())); // the fake computes nothing
        assertTrue(reason.contains("Pretend GPU 0: it fails the self-test: x * x + x of"), reason);
    }

    @Test
    void theRealMachineAnswersOrSaysWhyNot() {
        Discovery d = new CudaProvider().discover();
        assertTrue(!d.backends().isEmpty() || d.declined().get(0).reason().length() > 20, d.toString());
        d.backends().forEach(b -> b.close());
    }
}
