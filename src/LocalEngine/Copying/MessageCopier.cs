using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Orchestrator.LocalEngine;

/// <summary>
/// Copies messages as a cluster would by sending them: everything is new except what can never change, members without
/// an [Id] are lost, and what has no serializer is refused.
/// </summary>
internal sealed class MessageCopier
{
    // A message this deep is one that refers to itself.
    private const int DepthMax = 200;

    [ThreadStatic]
    private static int _depth;

    private static readonly HashSet<Type> SharedTypes =
    [
        typeof(string), typeof(decimal), typeof(Guid), typeof(Uri), typeof(Version), typeof(TimeSpan), typeof(DateTime),
        typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(CancellationToken), typeof(GrainId), typeof(TickStatus),
    ];

    private readonly ConcurrentDictionary<Type, Func<object, object>> _copies = new();

    public T Copy<T>(T value) => (T)CopyObject(value)!;

    public object? CopyObject(object? value)
    {
        if (value is null)
        {
            return null;
        }

        var copy = _copies.GetOrAdd(value.GetType(), static (type, copier) => copier.Plan(type), this);
        if (++_depth > DepthMax)
        {
            _depth--;
            throw new NotSerializableException($"{value.GetType()} cannot be sent: it refers to itself, or is too deep.");
        }

        try
        {
            return copy(value);
        }
        finally
        {
            _depth--;
        }
    }

    /// <summary>The exception's copy; or, when it has none, the exception that says so.</summary>
    internal Exception CopyException(Exception exception)
    {
        try
        {
            return Copy(exception);
        }
        catch (Exception unsendable)
        {
            return unsendable;
        }
    }

    private static bool IsShared(Type type) =>
        type.IsPrimitive || type.IsEnum || SharedTypes.Contains(type)
        || type.IsSubclassOf(typeof(GrainReference)) || type.IsSubclassOf(typeof(ObserverReference));

    private Func<object, object> Plan(Type type)
    {
        if (type.IsAssignableTo(typeof(Grain)))
        {
            throw new NotSerializableException($"{type} cannot be sent; send a reference to it.");
        }

        if (IsShared(type))
        {
            return static value => value;
        }

        if (type.IsAssignableTo(typeof(Exception)))
        {
            return MemberCopy.OfException(type, this);
        }

        if (CollectionCopy.For(type, this) is { } collection)
        {
            return collection;
        }

        var isTuple = type.IsAssignableTo(typeof(ITuple)) && type.Namespace == nameof(System);
        if (isTuple || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)))
        {
            return MemberCopy.OfAllFields(type, this);
        }

        return type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)
            ? MemberCopy.OfIds(type, this)
            : throw new NotSerializableException($"{type} cannot be sent: it has no [GenerateSerializer].");
    }
}
