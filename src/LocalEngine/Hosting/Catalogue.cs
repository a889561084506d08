using System.Collections.Concurrent;

namespace Orchestrator.LocalEngine;

/// <summary>Which class answers for which interface.</summary>
internal sealed class Catalogue
{
    private readonly Dictionary<string, GrainClass> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, List<GrainClass>> _byContract = [];
    private readonly ConcurrentDictionary<Type, GrainClass> _chosen = new();

    /// <exception cref="InvalidOperationException">A grain class or interface breaks a rule; the message says which.</exception>
    internal Catalogue(Engine engine, IEnumerable<Type> types)
    {
        foreach (var type in types)
        {
            Add(new GrainClass(engine, type));
        }

        RefuseTwins();
    }

    internal IReadOnlyCollection<GrainClass> Classes => _byName.Values;

    internal GrainClass ClassNamed(string name) =>
        _byName.TryGetValue(name, out var found)
            ? found
            : throw new InvalidOperationException($"There is no grain type \"{name}\".");

    internal GrainClass ClassOf(Type contract, string? classNamePrefix)
    {
        if (classNamePrefix is null && _chosen.TryGetValue(contract, out var chosen))
        {
            return chosen;
        }

        var candidates = _byContract.GetValueOrDefault(contract, [])
            .Where(grain => grain.Type.FullName!.StartsWith(classNamePrefix ?? string.Empty, StringComparison.Ordinal))
            .ToList();
        if (candidates.Count != 1)
        {
            throw new InvalidOperationException(candidates.Count == 0
                ? $"No grain class implements {contract}."
                : $"{contract} is implemented by {Names(candidates)}; ask by the interface of one of them.");
        }

        if (classNamePrefix is null)
        {
            _chosen[contract] = candidates[0];
        }

        return candidates[0];
    }

    private static string Names(IEnumerable<GrainClass> classes) =>
        string.Join(" and ", classes.Select(grain => grain.Type.FullName));

    private void Add(GrainClass grain)
    {
        if (!_byName.TryAdd(grain.Name, grain))
        {
            throw new InvalidOperationException(
                $"{Names([_byName[grain.Name], grain])} would both be the grain type \"{grain.Name}\".");
        }

        foreach (var contract in grain.Contracts)
        {
            if (!_byContract.TryGetValue(contract, out var classes))
            {
                _byContract[contract] = classes = [];
            }

            classes.Add(grain);
        }
    }

    /// <summary>An interface that others build on may have many classes; one that is asked for has one.</summary>
    private void RefuseTwins()
    {
        foreach (var (contract, classes) in _byContract.Where(pair => pair.Value.Count > 1))
        {
            var isBase = contract == typeof(IRemindable)
                || _byContract.Keys.Any(other => other != contract && other.IsAssignableTo(contract));
            if (!isBase)
            {
                throw new InvalidOperationException($"{contract} is implemented by {Names(classes)}; it can have one grain class.");
            }
        }
    }
}
