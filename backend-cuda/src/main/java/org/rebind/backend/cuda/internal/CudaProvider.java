package org.rebind.backend.cuda.internal;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.rebind.DeclinedBackend;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Discovery;
import org.rebind.codegen.BinaryCache;

/**
 * Finds the NVIDIA GPUs of this machine: each that passes a self-test becomes a backend, {@code cuda} the first and
 * {@code cuda-1}, {@code cuda-2} and so on the others.
 */
public final class CudaProvider implements BackendProvider {
    private static final System.Logger LOG = System.getLogger(CudaProvider.class.getName());
    private static final String NAME = "cuda";

    private final Supplier<Cuda> natives;
    private final Settings settings;

    /**
     * @param binaryCache folder of compiled kernels, null for none
     * @param tf32 whether float32 matrix products may round their operands to TF32
     */
    record Settings(Path binaryCache, boolean tf32) {
        /** Of {@code rebind.cuda.binaryCache} (empty for none) and {@code rebind.cuda.tf32}. */
        static Settings fromSystemProperties() {
            String folder = System.getProperty("rebind.cuda.binaryCache");
            return new Settings(folder == null ? defaultFolder() : folder.isEmpty() ? null : Path.of(folder),
                    Boolean.getBoolean("rebind.cuda.tf32"));
        }

        private static Path defaultFolder() {
            String cache = System.getenv("XDG_CACHE_HOME");
            Path base = cache != null && !cache.isEmpty() ? Path.of(cache)
                    : Path.of(System.getProperty("user.home", "."), ".cache");
            return base.resolve("rebind").resolve("cuda");
        }
    }

    /** With the settings of the system properties {@code rebind.cuda.*}. */
    public CudaProvider() {
        this(Cuda::load, Settings.fromSystemProperties());
    }

    CudaProvider(Supplier<Cuda> natives, Settings settings) {
        this.natives = natives;
        this.settings = settings;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Discovery discover() {
        try {
            Cuda cuda = natives.get();
            if (!cuda.missingDriver().isEmpty()) {
                return Discovery.declined(NAME, cuda.missingDriver());
            }
            cuda.driver().init();
            return find(cuda);
        } catch (CudaException e) {
            return Discovery.declined(NAME, e.result().equals("CUDA_ERROR_NO_DEVICE")
                    ? "no NVIDIA device on this machine" : "the NVIDIA driver does not start: " + e.getMessage());
        } catch (LinkageError e) {
            LOG.log(Level.DEBUG, "CUDA binding", e);
            return Discovery.declined(NAME, "the CUDA binding cannot be loaded: " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "CUDA discovery", e);
            return Discovery.declined(NAME, "discovery failed: " + e.getMessage());
        }
    }

    private Discovery find(Cuda cuda) {
        int version = cuda.driver().driverVersion();
        if (version < Cuda.OLDEST_DRIVER) {
            return Discovery.declined(NAME, "the NVIDIA driver is too old: it runs CUDA " + version / 1000 + "."
                    + version % 1000 / 10 + ", 12.0 or newer is needed");
        }
        if (cuda.compiler() == null) {
            return Discovery.declined(NAME, cuda.missingCompiler());
        }
        int count = cuda.driver().deviceCount();
        if (count == 0) {
            return Discovery.declined(NAME, "no NVIDIA device on this machine");
        }
        if (cuda.blas() == null) {
            LOG.log(Level.INFO, cuda.missingBlas());
        }
        List<Backend> usable = new ArrayList<>();
        List<DeclinedBackend> declined = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            open(cuda, i, usable, declined);
        }
        return new Discovery(usable, declined);
    }

    private void open(Cuda cuda, int index, List<Backend> usable, List<DeclinedBackend> declined) {
        String name = usable.isEmpty() ? NAME : NAME + "-" + usable.size();
        String device = "device " + index;
        String reason;
        try {
            CudaFacts facts = CudaFacts.of(cuda.driver(), index);
            device = facts.name();
            reason = CudaFacts.unusable(cuda.driver(), facts);
            if (reason.isEmpty()) {
                usable.add(tested(cuda, name, facts));
                return;
            }
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) { // one device's trouble is not the others'
            LOG.log(Level.DEBUG, "self-test of " + device, e);
            reason = "it fails the self-test: " + e.getMessage();
        }
        declined.add(new DeclinedBackend(name, device + ": " + reason));
    }

    /** A backend that passes the self-test, without cuBLAS where that is what fails. */
    private Backend tested(Cuda cuda, String name, CudaFacts facts) {
        if (cuda.blas() != null) {
            try {
                return tested(backend(cuda.driver(), cuda.compiler(), cuda.blas(), name, facts));
            } catch (RuntimeException | LinkageError e) {
                LOG.log(Level.INFO, "cuBLAS is left out on {0}, which fails its test with it: {1}", facts.name(), e.getMessage());
            }
        }
        return tested(backend(cuda.driver(), cuda.compiler(), null, name, facts));
    }

    private static Backend tested(Backend backend) {
        boolean passed = false;
        try {
            SelfTest.run(backend);
            passed = true;
            return backend;
        } finally {
            if (!passed) {
                backend.close();
            }
        }
    }

    private Backend backend(CudaDriver driver, CudaCompiler compiler, CudaBlas blas, String name, CudaFacts facts) {
        CudaContext context = new CudaContext(driver, facts.index());
        boolean done = false;
        try {
            Products products = blas == null ? null
                    : context.submit(() -> new Products(context, blas, settings.tf32));
            Backend backend = new CudaBackend(name, new CudaDevice(facts, context), compiler, products,
                    new BinaryCache(settings.binaryCache));
            done = true;
            return backend;
        } finally {
            if (!done) {
                context.close();
            }
        }
    }
}
