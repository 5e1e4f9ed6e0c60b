package org.rebind.backend.cuda.internal;

import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.rebind.backend.BackendServices;

/** Registers one backend service a usable GPU while this bundle runs, and says why others are not. */
@Component(service = {}, immediate = true, configurationPid = "org.rebind.backend.cuda")
@Designate(ocd = CudaBackends.Config.class)
public final class CudaBackends {
    /** What Config Admin can set; the defaults are those of the system properties. */
    @ObjectClassDefinition(name = "Rebind CUDA backend")
    public @interface Config {
        @AttributeDefinition(description = "Folder of compiled kernels; empty: the user's cache folder; -: none")
        String binaryCache() default "";

        @AttributeDefinition(description = "Whether float32 matrix products may round their operands to TF32")
        boolean tf32() default false;
    }

    private final BackendServices services;

    @Activate
    public CudaBackends(BundleContext context, Config config) {
        CudaProvider.Settings d = CudaProvider.Settings.fromSystemProperties();
        Path folder = config.binaryCache().isEmpty() ? d.binaryCache()
                : config.binaryCache().equals("-") ? null : Path.of(config.binaryCache());
        services = new BackendServices(context, new CudaProvider(Cuda::load,
                new CudaProvider.Settings(folder, config.tf32() || d.tf32())).discover());
    }

    /** Unregisters first, so that whoever uses a backend leaves it before its device closes. */
    @Deactivate
    public void stop() {
        services.close();
    }
}
