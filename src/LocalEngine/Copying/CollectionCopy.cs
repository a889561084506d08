using System.Collections.Immutable;
using System.Reflection;

namespace Orchestrator.LocalEngine;

/// <summary>How collections are copied, with their comparers.</summary>
internal static class CollectionCopy
{
    private static readonly Dictionary<Type, MethodInfo> ByDefinition = typeof(CollectionCopy)
        .GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
        .Where(method => method.Name == nameof(Copied))
        .ToDictionary(method => method.GetParameters()[0].ParameterType.GetGenericTypeDefinition());

    /// <summary>Null when the type is no collection that can be sent.</summary>
    internal static Func<object, object>? For(Type type, MessageCopier copier)
    {
        if (type.IsSZArray)
        {
            return Array(type.GetElementType()!, copier);
        }

        if (!type.IsGenericType || !ByDefinition.TryGetValue(type.GetGenericTypeDefinition(), out var method))
        {
            return null;
        }

        var copy = method.MakeGenericMethod(type.GetGenericArguments());
        return value => copy.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [value, copier], null)!;
    }

    private static Func<object, object> Array(Type element, MessageCopier copier) => element.IsPrimitive
        ? value => ((Array)value).Clone()
        : value =>
        {
            var from = (Array)value;
            var to = System.Array.CreateInstance(element, from.Length);
            for (var i = 0; i < from.Length; i++)
            {
                to.SetValue(copier.CopyObject(from.GetValue(i)), i);
            }

            return to;
        };

    private static List<T> Copied<T>(List<T> from, MessageCopier copier) => [.. from.Select(copier.Copy)];

    private static Dictionary<TKey, TValue> Copied<TKey, TValue>(Dictionary<TKey, TValue> from, MessageCopier copier)
        where TKey : notnull => new(from.Select(copier.Copy), from.Comparer);

    private static HashSet<T> Copied<T>(HashSet<T> from, MessageCopier copier) => new(from.Select(copier.Copy), from.Comparer);

    private static ImmutableArray<T> Copied<T>(ImmutableArray<T> from, MessageCopier copier) =>
        from.IsDefault ? default : [.. from.Select(copier.Copy)];

    private static ImmutableList<T> Copied<T>(ImmutableList<T> from, MessageCopier copier) => [.. from.Select(copier.Copy)];

    private static ImmutableDictionary<TKey, TValue> Copied<TKey, TValue>(
        ImmutableDictionary<TKey, TValue> from, MessageCopier copier)
        where TKey : notnull => from.Clear().AddRange(from.Select(copier.Copy));

    private static ImmutableSortedDictionary<TKey, TValue> Copied<TKey, TValue>(
        ImmutableSortedDictionary<TKey, TValue> from, MessageCopier copier)
        where TKey : notnull => from.Clear().AddRange(from.Select(copier.Copy));

    private static ImmutableHashSet<T> Copied<T>(ImmutableHashSet<T> from, MessageCopier copier) =>
        from.Clear().Union(from.Select(copier.Copy));

    private static ImmutableSortedSet<T> Copied<T>(ImmutableSortedSet<T> from, MessageCopier copier) =>
        from.Clear().Union(from.Select(copier.Copy));
}
