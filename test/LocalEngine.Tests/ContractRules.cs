using System.Collections.Immutable;
using System.Reflection;

namespace Orchestrator.Testing;

/// <summary>
/// What contracts and records must keep to run on a cluster as they run in one process. Uses nothing but the attributes,
/// so that it compiles against either engine.
/// </summary>
internal static class ContractRules
{
    /// <summary>A sentence for each rule that is broken, each naming the type; none when all is well.</summary>
    public static IReadOnlyList<string> Violations(params Assembly[] assemblies)
    {
        var types = assemblies.Distinct().SelectMany(assembly => assembly.GetTypes()).ToList();
        return Violations(types);
    }

    internal static IReadOnlyList<string> Violations(IReadOnlyList<Type> types)
    {
        var walk = new Walk(types);
        foreach (var type in types.Where(type => !type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute))))
        {
            if (type.IsInterface && (type.IsAssignableTo(typeof(IGrain)) || type.IsAssignableTo(typeof(IGrainObserver))))
            {
                walk.Contract(type);
            }
            else if (type.IsSubclassOf(typeof(Grain)))
            {
                walk.GrainClass(type);
            }
            else if (type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) && !type.ContainsGenericParameters)
            {
                walk.Reach(type, type.Name);
            }
        }

        walk.Aliases();
        return [.. walk.Found.Distinct().Order(StringComparer.Ordinal)];
    }

    private sealed class Walk(IReadOnlyList<Type> types)
    {
        private const BindingFlags Declared =
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

        private static readonly HashSet<Type> Plain =
        [
            typeof(string), typeof(decimal), typeof(Guid), typeof(Uri), typeof(Version), typeof(TimeSpan), typeof(DateTime),
            typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(byte[]),
        ];

        private static readonly HashSet<Type> Generic =
        [
            typeof(Nullable<>), typeof(KeyValuePair<,>), typeof(ImmutableArray<>), typeof(ImmutableList<>),
            typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>), typeof(ImmutableHashSet<>),
            typeof(ImmutableSortedSet<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>),
        ];

        private static readonly HashSet<Type> Changeable =
            [typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>), typeof(SortedDictionary<,>), typeof(Queue<>), typeof(Stack<>)];

        private readonly HashSet<Type> _reached = [];
        private readonly HashSet<Type> _contracts = [];

        public List<string> Found { get; } = [];

        public void Contract(Type contract)
        {
            _contracts.Add(contract);
            var isObserver = contract.IsAssignableTo(typeof(IGrainObserver));
            if (contract.IsGenericTypeDefinition)
            {
                Found.Add($"{contract} is generic; a contract cannot be.");
                return;
            }

            foreach (var method in contract.GetMethods(Declared).Where(method => method.IsAbstract))
            {
                Method(contract, method, isObserver);
            }

            foreach (var twin in Twins(contract.GetMethods(Declared), method => AliasOf(method)))
            {
                Found.Add($"{contract} has the [Alias] \"{twin}\" on two methods.");
            }
        }

        public void GrainClass(Type grain)
        {
            if (!grain.IsSealed && !grain.IsAbstract)
            {
                Found.Add($"{grain} is a grain class that is not sealed.");
            }

            foreach (var parameter in grain.GetConstructors().SelectMany(constructor => constructor.GetParameters()))
            {
                if (parameter.IsDefined(typeof(PersistentStateAttribute)))
                {
                    Reach(parameter.ParameterType.GetGenericArguments()[0], $"the state {parameter.Name} of {grain.Name}");
                }
            }
        }

        /// <summary>Everything that can be sent, with what it holds and what derives from it.</summary>
        public void Reach(Type type, string from)
        {
            if (!IsRecordOfOurs(type, from) || !_reached.Add(type))
            {
                return;
            }

            if (!type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            {
                Found.Add($"{type}, reached from {from}, has no [GenerateSerializer].");
            }

            if (!type.IsDefined(typeof(AliasAttribute), inherit: false))
            {
                Found.Add($"{type}, reached from {from}, has no [Alias].");
            }

            Members(type);
            if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Exception))
            {
                Reach(parent, type.Name);
            }

            foreach (var derived in types.Where(derived => derived.IsSubclassOf(type) && !derived.ContainsGenericParameters))
            {
                Reach(derived, type.Name);
            }
        }

        public void Aliases()
        {
            var aliased = types.Where(type => type.IsDefined(typeof(AliasAttribute), inherit: false));
            foreach (var twin in Twins(aliased, type => AliasOf(type)))
            {
                Found.Add($"The [Alias] \"{twin}\" is on two types.");
            }
        }

        private static string? AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias;

        private static IEnumerable<string> Twins<T>(IEnumerable<T> items, Func<T, string?> key) => items
            .Select(key)
            .OfType<string>()
            .GroupBy(text => text, StringComparer.Ordinal)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key);

        private void Method(Type contract, MethodInfo method, bool isObserver)
        {
            var returned = method.ReturnType;
            var shape = returned.IsGenericType ? returned.GetGenericTypeDefinition() : returned;
            var isGood = isObserver
                ? returned == typeof(void) || returned == typeof(Task)
                : shape == typeof(Task) || shape == typeof(Task<>) || shape == typeof(ValueTask) || shape == typeof(ValueTask<>);
            if (!isGood)
            {
                Found.Add($"{contract}.{method.Name} returns {returned.Name}, which is no task.");
                return;
            }

            if (method.IsDefined(typeof(OneWayAttribute)) && returned.IsGenericType)
            {
                Found.Add($"{contract}.{method.Name} is one way and returns a value.");
            }

            foreach (var result in returned.GetGenericArguments())
            {
                Reach(result, $"{contract.Name}.{method.Name}");
            }

            foreach (var parameter in method.GetParameters().Where(parameter => parameter.ParameterType != typeof(CancellationToken)))
            {
                Reach(parameter.ParameterType, $"{contract.Name}.{method.Name}");
            }
        }

        /// <summary>False for what needs no look inside, and for what is not allowed.</summary>
        private bool IsRecordOfOurs(Type type, string from)
        {
            if (type.IsPrimitive || type.IsEnum || Plain.Contains(type) || IsReference(type))
            {
                return false;
            }

            if (type.IsArray || (type.IsGenericType && Changeable.Contains(type.GetGenericTypeDefinition())))
            {
                Found.Add($"{from} holds {Name(type)}, which can be changed; take an immutable collection.");
                return false;
            }

            if (type.IsGenericType && Generic.Contains(type.GetGenericTypeDefinition()))
            {
                foreach (var argument in type.GetGenericArguments())
                {
                    Reach(argument, from);
                }

                return false;
            }

            if (type.IsInterface || type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true)
            {
                Found.Add($"{from} holds {Name(type)}, which cannot be sent.");
                return false;
            }

            return true;
        }

        private static bool IsReference(Type type) =>
            type.IsInterface && (type.IsAssignableTo(typeof(IGrain)) || type.IsAssignableTo(typeof(IGrainObserver)));

        private static string Name(Type type) => type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;

        private void Members(Type type)
        {
            var ids = new List<uint>();
            var parameters = type.GetConstructors(Declared).SelectMany(constructor => constructor.GetParameters())
                .Where(parameter => parameter.IsDefined(typeof(IdAttribute)))
                .GroupBy(parameter => parameter.Name!, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
            var properties = type.GetProperties(Declared).ToDictionary(property => property.Name, StringComparer.Ordinal);
            foreach (var field in type.GetFields(Declared))
            {
                var property = field.Name.StartsWith('<') ? properties.GetValueOrDefault(field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)]) : null;
                var name = property?.Name ?? field.Name;
                var id = (property?.GetCustomAttribute<IdAttribute>() ?? field.GetCustomAttribute<IdAttribute>())?.Id
                    ?? parameters.GetValueOrDefault(name)?.GetCustomAttribute<IdAttribute>()?.Id;
                if (id is null)
                {
                    Found.Add($"{type}.{name} has no [Id]; it would be lost on the way.");
                    continue;
                }

                ids.Add(id.Value);
                if (IsSettable(field, property))
                {
                    Found.Add($"{type}.{name} can be set after the record was made.");
                }

                Reach(field.FieldType, $"{type.Name}.{name}");
            }

            foreach (var twin in ids.GroupBy(id => id).Where(group => group.Count() > 1))
            {
                Found.Add($"{type} has the [Id] {twin.Key} twice.");
            }
        }

        private static bool IsSettable(FieldInfo field, PropertyInfo? property)
        {
            if (property is null)
            {
                return !field.IsInitOnly;
            }

            return property.SetMethod is { } setter
                && !setter.ReturnParameter.GetRequiredCustomModifiers()
                    .Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));
        }
    }
}
