using System.Collections.Concurrent;
using System.Reflection;

namespace Orchestrator.LocalEngine;

/// <summary>A class of grains and those of them that are in memory.</summary>
internal sealed class GrainClass
{
    // Readers need no lock. Activations begin and end under the gate, so that calls change over from one to the next
    // in their order.
    private readonly ConcurrentDictionary<string, Activation> _activations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Type, Func<GrainClass, string, GrainReference>> _proxies = new();
    private readonly Lock _gate = new();
    private readonly GrainConstructor _constructor;

    internal GrainClass(Engine engine, Type type)
    {
        if (type.IsGenericType)
        {
            throw new InvalidOperationException($"{type} is generic; a grain cannot be.");
        }

        Engine = engine;
        Type = type;
        Name = NameOf(type);
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute));
        Contracts = [.. type.GetInterfaces().Where(IsContract)];
        if (Contracts.Count == 0)
        {
            throw new InvalidOperationException($"{type} is a grain that nobody can call: it has no grain interface.");
        }

        foreach (var contract in Contracts)
        {
            _proxies[contract] = ProxyEmitter.ForGrain(contract);
        }

        _constructor = new GrainConstructor(this);
    }

    internal Engine Engine { get; }

    internal Type Type { get; }

    /// <summary>The type in the grain's identity, as Orleans names it: SessionGrain is session.</summary>
    internal string Name { get; }

    internal bool IsReentrant { get; }

    internal IReadOnlyList<Type> Contracts { get; }

    internal int Count => _activations.Count;

    internal IEnumerable<Activation> Activations => _activations.Select(pair => pair.Value);

    internal TContract Reference<TContract>(string key) =>
        _proxies.TryGetValue(typeof(TContract), out var create)
            ? (TContract)(object)create(this, key)
            : throw new InvalidOperationException($"{Type} does not implement {typeof(TContract)}.");

    internal Grain Construct(string key, List<IActivatedState> states) =>
        _constructor.Construct(new GrainId(Name, key), states);

    /// <summary>Hands the request to the activation, which it makes if there is none; null when that is refused.</summary>
    internal Activation? Deliver(string key, Request request)
    {
        if (_activations.TryGetValue(key, out var present) && present.TryPost(request))
        {
            return present;
        }

        lock (_gate)
        {
            if (_activations.TryGetValue(key, out present) && present.TryPost(request))
            {
                return present;
            }

            if (Engine.TryEnter())
            {
                return Begin(key, request);
            }
        }

        Engine.Refuse(request, new EngineStoppedException($"{Name}/{key} cannot be called: the engine has stopped."));
        return null;
    }

    /// <summary>Takes an activation out, and passes on what it has not begun.</summary>
    internal void End(Activation activation, string key, Exception? failure, Func<WorkItem?> close)
    {
        var unserved = new List<Request>();
        lock (_gate)
        {
            _activations.TryRemove(new KeyValuePair<string, Activation>(key, activation));
            for (var item = close(); item is not null;)
            {
                var next = item.Next;
                Sort(activation, item, unserved);
                item = next;
            }

            if (failure is null && unserved.Count > 0 && Engine.TryEnter())
            {
                Begin(key, [.. unserved]);
                unserved.Clear();
            }
        }

        failure ??= new EngineStoppedException($"{Name}/{key} cannot be called: the engine has stopped.");
        foreach (var request in unserved)
        {
            Engine.Refuse(request, failure);
        }

        Engine.Left();
    }

    /// <summary>Tells every activation to end. None is missed that began before the engine was closed.</summary>
    internal void Leave(DeactivationReason reason)
    {
        List<Activation> present;
        lock (_gate)
        {
            present = [.. Activations];
        }

        present.ForEach(activation => activation.Leave(reason));
    }

    private static void Sort(Activation activation, WorkItem item, List<Request> unserved)
    {
        switch (item)
        {
            case Continuation rest:
                activation.Resume(rest);
                break;
            case Request { Target: not null, IsAnswered: false } request:
                unserved.Add(request);
                break;
            default:
                break; // ticks of its own timers, and calls that were given up
        }
    }

    private static bool IsContract(Type type) =>
        type.IsAssignableTo(typeof(IGrain)) && type != typeof(IGrain) && type != typeof(IGrainWithStringKey);

    private static string NameOf(Type type)
    {
        var name = type.Name.ToLowerInvariant();
        return name.EndsWith("grain", StringComparison.Ordinal) && name.Length > 5 ? name[..^5] : name;
    }

    private Activation Begin(string key, params ReadOnlySpan<Request> requests)
    {
        var activation = new Activation(this, key);
        foreach (var request in requests)
        {
            activation.TryPost(request);
        }

        _activations[key] = activation;
        return activation;
    }
}
