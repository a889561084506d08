using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orchestrator.LocalEngine;

/// <summary>How objects are copied member by member.</summary>
internal static class MemberCopy
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly MethodInfo ShallowCopy =
        typeof(object).GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!;

    internal static Func<object, object> OfAllFields(Type type, MessageCopier copier) =>
        Over(value => ShallowCopy.Invoke(value, null)!, type.GetFields(Declared), copier);

    /// <summary>A new object with the members that have an [Id]; the others are as its constructor leaves them.</summary>
    internal static Func<object, object> OfIds(Type type, MessageCopier copier)
    {
        var fields = BasesOf(type, typeof(object)).SelectMany(FieldsWithId).ToArray();
        var hasConstructor = type.IsValueType || type.GetConstructor(Declared, []) is not null;
        return Over(
            _ => hasConstructor ? Activator.CreateInstance(type, nonPublic: true)! : RuntimeHelpers.GetUninitializedObject(type),
            fields,
            copier);
    }

    /// <summary>Type, message, stack and inner exceptions stay; of its own members, those with an [Id].</summary>
    internal static Func<object, object> OfException(Type type, MessageCopier copier)
    {
        var own = BasesOf(type, typeof(Exception))
            .Where(part => part.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            .ToArray();
        var lost = own.SelectMany(part => part.GetFields(Declared).Except(FieldsWithId(part))).ToArray();
        var copyKept = Over(value => ShallowCopy.Invoke(value, null)!, [.. own.SelectMany(FieldsWithId)], copier);
        return value =>
        {
            var copy = copyKept(value);
            foreach (var field in lost)
            {
                field.SetValue(copy, field.FieldType.IsValueType ? Activator.CreateInstance(field.FieldType) : null);
            }

            return copy;
        };
    }

    private static Func<object, object> Over(Func<object, object> create, FieldInfo[] fields, MessageCopier copier) => value =>
    {
        var copy = create(value);
        foreach (var field in fields)
        {
            field.SetValue(copy, copier.CopyObject(field.GetValue(value)));
        }

        return copy;
    };

    private static IEnumerable<Type> BasesOf(Type type, Type until)
    {
        for (var part = type; part is not null && part != until && part != typeof(ValueType); part = part.BaseType)
        {
            yield return part;
        }
    }

    private static IEnumerable<FieldInfo> FieldsWithId(Type type)
    {
        if (!type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
        {
            throw new NotSerializableException($"{type} cannot be sent: it has no [GenerateSerializer].");
        }

        var parameters = type.GetConstructors(Declared)
            .SelectMany(constructor => constructor.GetParameters())
            .Where(parameter => parameter.IsDefined(typeof(IdAttribute)))
            .Select(parameter => parameter.Name)
            .ToHashSet(StringComparer.Ordinal);
        var properties = type.GetProperties(Declared)
            .Where(property => property.IsDefined(typeof(IdAttribute), inherit: false) || parameters.Contains(property.Name))
            .Select(property => type.GetField($"<{property.Name}>k__BackingField", Declared)
                ?? throw new NotSerializableException($"{type}.{property.Name} has an [Id] and keeps nothing."));
        return type.GetFields(Declared)
            .Where(field => field.IsDefined(typeof(IdAttribute)))
            .Concat(properties)
            .Distinct();
    }
}
