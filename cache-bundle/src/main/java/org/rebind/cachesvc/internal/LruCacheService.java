package org.rebind.cachesvc.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.rebind.cache.Cache;
import org.rebind.cache.CacheLimits;
import org.rebind.cache.CacheService;

/** The cache service: makes {@link LruCache}s and keeps no hold on them. */
@Component
public final class LruCacheService implements CacheService {
    @Activate
    public LruCacheService() {
        // no state: each cache stands alone
    }

    @Override
    public <K, V extends AutoCloseable> Cache<K, V> create(String name, CacheLimits<V> limits) {
        return new LruCache<>(name, limits);
    }
}
