using System.Reflection;
using System.Xml.Linq;

namespace Orchestrator;

public sealed class ContractTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    [Fact]
    public void Contracts_and_records_can_be_sent_and_stored_by_a_cluster() =>
        ContractRules.Violations(House.Abstractions, House.Grains).ShouldBeEmpty();

    [Fact]
    public void Contracts_and_records_say_what_they_are()
    {
        var documented = Documented();
        var silent = House.Abstractions.GetExportedTypes()
            .Where(type => type.IsInterface || type.IsEnum || IsRecord(type))
            .Select(type => $"T:{type.FullName!.Replace('+', '.')}")
            .Where(name => !documented.Contains(name));
        silent.ShouldBeEmpty();
    }

    [Fact]
    public void Methods_of_grain_contracts_say_who_may_call_what_changes_and_what_is_refused()
    {
        var documented = Documented().Select(name => name.Split('(')[0]).ToHashSet(StringComparer.Ordinal);
        var silent = House.Abstractions.GetExportedTypes()
            .Where(type => type.IsInterface && (type.IsAssignableTo(typeof(IGrain)) || type.IsAssignableTo(typeof(IGrainObserver))))
            .SelectMany(type => type.GetMethods(Declared).Select(method => $"M:{type.FullName}.{method.Name}"))
            .Where(name => !documented.Contains(name));
        silent.ShouldBeEmpty();
    }

    [Fact]
    public void Refusals_say_what_they_mean()
    {
        var documented = Documented();
        Enum.GetNames<RefusalCode>().Where(name => !documented.Contains($"F:{typeof(RefusalCode).FullName}.{name}")).ShouldBeEmpty();
    }

    private static HashSet<string> Documented()
    {
        var file = XDocument.Load(Path.ChangeExtension(House.Abstractions.Location, ".xml"));
        return [.. file.Descendants("member")
            .Where(member => member.Element("summary")?.Value.Trim().Length > 0 || member.Element("inheritdoc") is not null)
            .Select(member => member.Attribute("name")!.Value)];
    }

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", Declared) is not null;
}
