package com.example.card;

import java.util.Optional;
import java.util.OptionalLong;
import org.rebind.backend.Backend;
import org.rebind.tck.BackendContract;

/** The card passes the contract, also a small card and one that is unplugged. */
class CardContractTest extends BackendContract {
    private static final Card CARD = new Card(256 << 20);
    private static final Backend BACKEND = new CardBackend(CARD);

    @Override
    public Backend backend() {
        return BACKEND;
    }

    @Override
    public OptionalLong liveBuffers() {
        return OptionalLong.of(CARD.live());
    }

    @Override
    public Optional<Backend> limited(long bytes) {
        return Optional.of(new CardBackend(new Card(bytes)));
    }

    @Override
    public Optional<Losable> losable() {
        Card fragile = new Card(1 << 20);
        return Optional.of(new Losable(new CardBackend(fragile), fragile::lose));
    }
}
