using System.Collections.Immutable;

namespace Orchestrator.LocalEngine;

public sealed class ContractRulesTests
{
    [Fact]
    public void Good_contracts_break_no_rule() => ContractRules.Violations(
        [typeof(IGood), typeof(GoodGrain), typeof(GoodEvent), typeof(Joined), typeof(GoodState), typeof(Coded), typeof(IWatcher)])
        .ShouldBeEmpty();

    [Theory]
    [InlineData(typeof(NoSerializer), "NoSerializer, reached from ITakes`1.Take, has no [GenerateSerializer].")]
    [InlineData(typeof(NoAlias), "NoAlias, reached from ITakes`1.Take, has no [Alias].")]
    [InlineData(typeof(NoId), "NoId.Text has no [Id]; it would be lost on the way.")]
    [InlineData(typeof(SameId), "SameId has the [Id] 0 twice.")]
    [InlineData(typeof(Settable), "Settable.Text can be set after the record was made.")]
    [InlineData(typeof(OpenField), "OpenField.Text can be set after the record was made.")]
    [InlineData(typeof(HoldsList), "HoldsList.Names holds List<String>, which can be changed; take an immutable collection.")]
    [InlineData(typeof(HoldsObject), "HoldsObject.Anything holds Object, which cannot be sent.")]
    [InlineData(typeof(HoldsInterface), "HoldsInterface.Names holds IReadOnlyList<String>, which cannot be sent.")]
    [InlineData(typeof(string[]), "ITakes`1.Take holds String[], which can be changed; take an immutable collection.")]
    public void A_record_that_breaks_a_rule_is_found(Type record, string sentence) =>
        ContractRules.Violations([typeof(ITakes<>).MakeGenericType(record)])
            .ShouldContain(found => found.EndsWith(sentence, StringComparison.Ordinal));

    [Theory]
    [InlineData(typeof(IReturnsInt), "IReturnsInt.Now returns Int32, which is no task.")]
    [InlineData(typeof(ITwoAliases), "ITwoAliases has the [Alias] \"same\" on two methods.")]
    [InlineData(typeof(ITakes<>), "is generic; a contract cannot be.")]
    [InlineData(typeof(OpenGrain), "OpenGrain is a grain class that is not sealed.")]
    [InlineData(typeof(BadStateGrain), "Settable.Text can be set after the record was made.")]
    public void A_contract_or_grain_that_breaks_a_rule_is_found(Type type, string sentence) =>
        ContractRules.Violations([type]).ShouldContain(found => found.EndsWith(sentence, StringComparison.Ordinal));

    [Fact]
    public void A_generic_record_is_looked_at_with_the_types_it_is_used_with()
    {
        ContractRules.Violations([typeof(Kept<>), typeof(ITakes<Kept<GoodState>>)]).ShouldBeEmpty();
        ContractRules.Violations([typeof(Kept<>), typeof(ITakes<Kept<NoAlias>>)]).Count.ShouldBe(1);
    }

    [Fact]
    public void Two_types_of_one_alias_are_found() =>
        ContractRules.Violations([typeof(Joined), typeof(JoinedToo), typeof(GoodEvent)])
            .ShouldBe(["The [Alias] \"joined\" is on two types."]);

    [Fact]
    public void A_type_that_derives_from_one_that_is_sent_is_sent_as_well() =>
        ContractRules.Violations([typeof(IGood), typeof(GoodEvent), typeof(Unmarked)])
            .ShouldContain($"{typeof(Unmarked)}, reached from GoodEvent, has no [GenerateSerializer].");

    [GenerateSerializer, Alias("good-event")]
    internal abstract record GoodEvent;

    [GenerateSerializer, Alias("joined")]
    internal sealed record Joined(
        [property: Id(0)] ImmutableArray<string> Names,
        [Id(1)] ImmutableDictionary<string, TimeSpan?> Times,
        [property: Id(2)] byte[] Bytes,
        [property: Id(3)] IGood Grain) : GoodEvent
    {
        public int Count => Names.Length;
    }

    [GenerateSerializer, Alias("joined")]
    internal sealed record JoinedToo : GoodEvent;

    internal sealed record Unmarked : GoodEvent;

    [GenerateSerializer, Alias("good-state")]
    internal sealed record GoodState
    {
        [Id(0)]
        public DayOfWeek Day { get; init; }
    }

    [GenerateSerializer, Alias("coded")]
    internal sealed class Coded(int code) : Exception
    {
        [Id(0)]
        public int Code { get; } = code;
    }

    internal interface IWatcher : IGrainObserver
    {
        void See(GoodEvent happened);
    }

    internal interface IGood : IGrainWithStringKey
    {
        [Alias("tell")]
        Task<GoodEvent?> Tell((int Number, DateTimeOffset Time) when, IWatcher watcher, CancellationToken cancellationToken);
    }

    internal sealed class GoodGrain([PersistentState("good")] IPersistentState<GoodState> state) : Grain, IGood
    {
        public Task<GoodEvent?> Tell((int Number, DateTimeOffset Time) when, IWatcher watcher, CancellationToken cancellationToken) =>
            Task.FromResult<GoodEvent?>(state.State.Day == DayOfWeek.Friday ? null : new JoinedToo());
    }

    [GenerateSerializer, Alias("kept")]
    internal sealed record Kept<T>([property: Id(0)] T Value);

    internal interface ITakes<in T> : IGrainWithStringKey
    {
        Task Take(T value);
    }

    internal sealed record NoSerializer;

    [GenerateSerializer]
    internal sealed record NoAlias;

    [GenerateSerializer, Alias("a")]
    internal sealed record NoId(string Text);

    [GenerateSerializer, Alias("a")]
    internal sealed record SameId([property: Id(0)] int A, [property: Id(0)] int B);

    [GenerateSerializer, Alias("a")]
    internal sealed record Settable
    {
        [Id(0)]
        public string? Text { get; set; }
    }

    [GenerateSerializer, Alias("a")]
    internal sealed class OpenField
    {
        [Id(0)]
        internal string? Text = "open";
    }

    [GenerateSerializer, Alias("a")]
    internal sealed record HoldsList([property: Id(0)] List<string> Names);

    [GenerateSerializer, Alias("a")]
    internal sealed record HoldsObject([property: Id(0)] object Anything);

    [GenerateSerializer, Alias("a")]
    internal sealed record HoldsInterface([property: Id(0)] IReadOnlyList<string> Names);

    internal interface IReturnsInt : IGrainWithStringKey
    {
        int Now();
    }

    internal interface ITwoAliases : IGrainWithStringKey
    {
        [Alias("same")]
        Task One();

        [Alias("same")]
        Task Two();
    }

    public class OpenGrain : Grain;

    internal sealed class BadStateGrain([PersistentState("bad")] IPersistentState<Settable> state) : Grain
    {
        public string? Text => state.State.Text;
    }
}
