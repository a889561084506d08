using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class StartTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task A_key_without_a_letter_is_refused_as_a_cluster_does(string key)
    {
        await using var engine = await TestEngine.Start(typeof(TurnTests.BusyGrain));

        Should.Throw<ArgumentException>(() => engine.Get<TurnTests.IBusy>(key));
    }

    [Fact]
    public Task A_grain_method_that_returns_no_task_is_refused() => IsRefused(
        "IReturnsInt.Now returns Int32; a grain's method returns Task, Task<T>, ValueTask or ValueTask<T>.",
        typeof(ReturnsIntGrain));

    [Fact]
    public Task A_property_on_a_grain_interface_is_refused() => IsRefused("IHasProperty.get_Name returns String", typeof(HasPropertyGrain));

    [Fact]
    public Task Two_classes_for_one_interface_are_refused() => IsRefused(
        "ITwin is implemented by Orchestrator.LocalEngine.StartTests+FirstTwinGrain and "
            + "Orchestrator.LocalEngine.StartTests+SecondTwinGrain; it can have one grain class.",
        typeof(FirstTwinGrain),
        typeof(SecondTwinGrain));

    [Fact]
    public Task A_generic_grain_is_refused() => IsRefused("is generic; a grain cannot be.", typeof(GenericGrain<>));

    [Fact]
    public Task A_generic_method_is_refused() => IsRefused("is generic; a message cannot be.", typeof(GenericMethodGrain));

    [Fact]
    public Task A_one_way_method_with_a_result_is_refused() => IsRefused("nobody would get", typeof(UnheardResultGrain));

    [Fact]
    public Task A_grain_that_nobody_can_call_is_refused() => IsRefused("has no grain interface", typeof(LonelyGrain));

    [Fact]
    public Task A_state_without_its_storage_is_refused() => IsRefused(
        "keeps state in \"nowhere\", and no IGrainStorage is registered by that name", typeof(LostStateGrain));

    [Fact]
    public async Task Classes_are_found_in_the_assemblies_given()
    {
        // This assembly holds all the wrong grains above, so it is refused for the first one that is met.
        await Should.ThrowAsync<InvalidOperationException>(TestEngine.Start(new TestEngine.Setup
        {
            Grains = [],
            Options = options => options.Assemblies.Add(typeof(StartTests).Assembly),
        }));
    }

    [Fact]
    public async Task An_engine_without_grains_is_refused()
    {
        (await Should.ThrowAsync<InvalidOperationException>(TestEngine.Start())).Message.ShouldContain("has no grains");
    }

    [Fact]
    public async Task An_interface_that_others_build_on_may_have_many_classes_and_is_called_through_theirs()
    {
        await using var engine = await TestEngine.Start(typeof(CatGrain), typeof(DogGrain));

        IAnimal cat = engine.Get<ICat>("tom");
        IAnimal dog = engine.Get<IDog>("rex");
        (await cat.Speak()).ShouldBe("tom: miaow");
        (await dog.Speak()).ShouldBe("rex: woof");
        Should.Throw<InvalidOperationException>(() => engine.Get<IAnimal>()).Message.ShouldContain("ask by the interface of one");
    }

    [Fact]
    public async Task References_are_equal_when_they_point_to_the_same_grain()
    {
        await using var engine = await TestEngine.Start(typeof(CatGrain), typeof(DogGrain));

        engine.Get<ICat>("tom").ShouldBe(engine.Get<ICat>("tom"));
        engine.Get<ICat>("tom").ShouldNotBe(engine.Get<ICat>("tim"));
        engine.Get<ICat>("tom").GetPrimaryKeyString().ShouldBe("tom");
        engine.Get<ICat>("tom").GetGrainId().ToString().ShouldBe("cat/tom");
        (await (await engine.Get<ICat>("tom").Myself()).Speak()).ShouldBe("tom: miaow");
    }

    [Fact]
    public async Task Statistics_count_what_happens()
    {
        await using var engine = await TestEngine.Start(typeof(CatGrain), typeof(DogGrain));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => engine.Get<ICat>($"{i}").Speak()));

        engine.Statistics.Activations.ShouldBe(new Dictionary<string, int>(StringComparer.Ordinal) { ["cat"] = 10, ["dog"] = 0 });
        engine.Statistics.Calls.ShouldBe(10);
        await Eventually(() => engine.Statistics.Turns >= 10 ? null : $"{engine.Statistics.Turns} turns");
        engine.Statistics.Faults.ShouldBe(0);
        engine.Statistics.QueueHighWater.ShouldBeGreaterThan(0);
    }

    private static async Task IsRefused(string sentence, params Type[] grains) =>
        (await Should.ThrowAsync<InvalidOperationException>(TestEngine.Start(grains))).Message.ShouldContain(sentence);

    internal interface IReturnsInt : IGrainWithStringKey
    {
        int Now();
    }

    internal sealed class ReturnsIntGrain : Grain, IReturnsInt
    {
        public int Now() => 1;
    }

    internal interface IHasProperty : IGrainWithStringKey
    {
        string Name { get; }
    }

    internal sealed class HasPropertyGrain : Grain, IHasProperty
    {
        public string Name => "name";
    }

    internal interface ITwin : IGrainWithStringKey;

    internal sealed class FirstTwinGrain : Grain, ITwin;

    internal sealed class SecondTwinGrain : Grain, ITwin;

    internal interface IGeneric : IGrainWithStringKey;

    internal sealed class GenericGrain<T> : Grain, IGeneric
    {
        public T? Value { get; init; }
    }

    internal interface IGenericMethod : IGrainWithStringKey
    {
        Task Take<T>(T value);
    }

    internal sealed class GenericMethodGrain : Grain, IGenericMethod
    {
        public Task Take<T>(T value) => Task.CompletedTask;
    }

    internal interface IUnheardResult : IGrainWithStringKey
    {
        [OneWay]
        Task<int> Tell();
    }

    internal sealed class UnheardResultGrain : Grain, IUnheardResult
    {
        public Task<int> Tell() => Task.FromResult(1);
    }

    internal sealed class LonelyGrain : Grain;

    internal interface ILostState : IGrainWithStringKey
    {
        Task<int> Get();
    }

    internal sealed class LostStateGrain([PersistentState("state", "nowhere")] IPersistentState<int> state) : Grain, ILostState
    {
        public Task<int> Get() => Task.FromResult(state.State);
    }

    internal interface IAnimal : IGrainWithStringKey
    {
        Task<string> Speak();
    }

    internal interface ICat : IAnimal
    {
        Task<ICat> Myself();
    }

    internal interface IDog : IAnimal;

    internal sealed class CatGrain : Grain, ICat
    {
        public Task<string> Speak() => Task.FromResult($"{this.GetPrimaryKeyString()}: miaow");

        public Task<ICat> Myself() => Task.FromResult(this.AsReference<ICat>());
    }

    internal sealed class DogGrain : Grain, IDog
    {
        public Task<string> Speak() => Task.FromResult($"{this.GetPrimaryKeyString()}: woof");
    }
}
