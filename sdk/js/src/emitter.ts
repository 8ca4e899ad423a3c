/** Listeners by event name, with the names of Node's EventEmitter and of the DOM; the same in every runtime. */
export class Emitter<Events extends { [Name in keyof Events]: (...args: never[]) => void }> {
  readonly #listeners = new Map<keyof Events, { listener: Events[keyof Events]; once: boolean }[]>();

  on<Name extends keyof Events>(name: Name, listener: Events[Name]): this {
    return this.#add(name, listener, false);
  }
  once<Name extends keyof Events>(name: Name, listener: Events[Name]): this {
    return this.#add(name, listener, true);
  }
  off<Name extends keyof Events>(name: Name, listener: Events[Name]): this {
    const kept = (this.#listeners.get(name) ?? []).filter((entry) => entry.listener !== listener);
    this.#listeners.set(name, kept);
    return this;
  }
  addListener<Name extends keyof Events>(name: Name, listener: Events[Name]): this {
    return this.on(name, listener);
  }
  removeListener<Name extends keyof Events>(name: Name, listener: Events[Name]): this {
    return this.off(name, listener);
  }
  addEventListener<Name extends keyof Events>(name: Name, listener: Events[Name]): void {
    this.on(name, listener);
  }
  removeEventListener<Name extends keyof Events>(name: Name, listener: Events[Name]): void {
    this.off(name, listener);
  }
  removeAllListeners(name?: keyof Events): this {
    if (name === undefined) this.#listeners.clear();
    else this.#listeners.delete(name);
    return this;
  }
  listenerCount(name: keyof Events): number {
    return this.#listeners.get(name)?.length ?? 0;
  }

  /** Calls the listeners; one that fails is reported and does not keep the others from being called. */
  protected emit<Name extends keyof Events>(name: Name, ...args: Parameters<Events[Name]>): void {
    for (const { listener, once } of [...(this.#listeners.get(name) ?? [])]) {
      if (once) this.off(name, listener as Events[Name]);
      try {
        (listener as (...values: Parameters<Events[Name]>) => void)(...args);
      } catch (error) {
        console.error(`postage-rtm: a listener of "${String(name)}" failed`, error);
      }
    }
  }

  #add(name: keyof Events, listener: Events[keyof Events], once: boolean): this {
    const list = this.#listeners.get(name) ?? [];
    this.#listeners.set(name, [...list, { listener, once }]);
    return this;
  }
}
