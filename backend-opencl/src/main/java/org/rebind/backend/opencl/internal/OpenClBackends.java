package org.rebind.backend.opencl.internal;

import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.rebind.backend.BackendServices;

/** Registers one backend service a usable OpenCL device while this bundle runs, and says why others are not. */
@Component(service = {}, immediate = true, configurationPid = "org.rebind.backend.opencl")
@Designate(ocd = OpenClBackends.Config.class)
public final class OpenClBackends {
    /** What Config Admin can set; the defaults are those of {@link Settings}. */
    @ObjectClassDefinition(name = "Rebind OpenCL backend")
    public @interface Config {
        @AttributeDefinition(description = "Bytes of buffers a device may hold; 0: nine tenths of its memory")
        long memoryLimit() default 0;

        @AttributeDefinition(description = "Bytes of freed memory kept for reuse; 0: a quarter of the memory limit")
        long pooledBytes() default 0;

        @AttributeDefinition(description = "Folder of compiled programs; empty: the user's cache folder; -: none")
        String binaryCache() default "";

        @AttributeDefinition(description = "How elements get to the device: auto, shared, mapped or copied")
        String memoryMode() default "auto";

        @AttributeDefinition(description = "Further options for the driver's compiler, such as -cl-opt-disable")
        String buildOptions() default "";
    }

    private final BackendServices services;

    @Activate
    public OpenClBackends(BundleContext context, Config config) {
        services = new BackendServices(context, new OpenClProvider(() -> settings(config)).discover());
    }

    private static Settings settings(Config c) {
        Settings d = Settings.fromSystemProperties();
        Path folder = c.binaryCache().isEmpty() ? d.binaryCache()
                : c.binaryCache().equals("-") ? null : Path.of(c.binaryCache());
        MemoryMode mode = MemoryMode.named(c.memoryMode());
        return new Settings(c.memoryLimit() > 0 ? c.memoryLimit() : d.memoryLimit(),
                c.pooledBytes() > 0 ? c.pooledBytes() : d.pooledBytes(), folder, mode == null ? d.memoryMode() : mode,
                c.buildOptions().isEmpty() ? d.buildOptions() : c.buildOptions());
    }

    /** Unregisters first, so that whoever uses a backend leaves it before its device closes. */
    @Deactivate
    public void stop() {
        services.close();
    }
}
