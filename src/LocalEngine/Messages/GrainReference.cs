namespace Orchestrator.LocalEngine;

/// <summary>The base of the emitted proxies of grains.</summary>
internal abstract class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private readonly string _key;

    // Where the last call went; mostly where the next one goes as well.
    private Activation? _activation;

    protected GrainReference(GrainClass grainClass, string key)
    {
        Class = grainClass;
        _key = key;
    }

    internal GrainClass Class { get; }

    internal GrainId GrainId => new(Class.Name, _key);

    public Task Call(VoidRequest request)
    {
        Send(request);
        return request.Reply;
    }

    public Task<TResult> CallFor<TResult>(Request<TResult> request)
    {
        Send(request);
        return request.Reply;
    }

    public bool Equals(GrainReference? other) => other is not null && other.Class == Class && other._key == _key;

    public sealed override bool Equals(object? obj) => Equals(obj as GrainReference);

    public sealed override int GetHashCode() => HashCode.Combine(Class, _key);

    public sealed override string ToString() => GrainId.ToString();

    private void Send(Request request)
    {
        var engine = Class.Engine;
        request.Target = this;
        if (!request.Method.IsOneWay)
        {
            request.ExpectReply(engine.ReplyOptions);
        }

        if (engine.Copier is { } copier && !TryCopy(request, copier))
        {
            return;
        }

        if (!request.Method.IsOneWay)
        {
            engine.Outstanding.Add(request, engine.CoarseNow);
        }

        if (_activation is not { } activation || !activation.TryPost(request))
        {
            _activation = Class.Deliver(_key, request);
        }
    }

    private static bool TryCopy(Request request, MessageCopier copier)
    {
        try
        {
            request.CopyArguments(copier);
            return true;
        }
        catch (NotSerializableException unsendable) when (!request.Method.IsOneWay)
        {
            request.Fail(unsendable);
            return false;
        }
    }
}
