using Microsoft.CodeAnalysis;

namespace Yadokari.Rpc.Generator;

/// <summary>
/// Decides how values of a type are carried and collects the codecs that generated code needs for it. One for each class
/// with carried members.
/// </summary>
internal sealed class TypePlanner(Compilation compilation, INamedTypeSymbol from, List<Finding> findings)
{
    private readonly Dictionary<string, TypePlan?> _plans = [];
    private readonly List<(string Name, string Type, string Expression)> _fields = [];
    private readonly List<(string Name, string Type, string Expression)> _early = [];
    private readonly List<ObjectPlan> _objects = [];
    private ObjectPlanner? _objectPlanner;

    /// <summary>Codecs that are put together, in the order in which they can be made.</summary>
    public IEnumerable<(string Name, string Type, string Expression)> Fields => _early.Where(static f => f.Name is not null).Concat(_fields);

    /// <summary>Codecs that are generated.</summary>
    public IReadOnlyList<ObjectPlan> Objects => _objects;

    /// <summary>How a type is carried; null when it can't be, which has been told.</summary>
    /// <param name="type">The type.</param>
    /// <param name="path">The member, as people read it: <c>Order.Lines</c>.</param>
    /// <param name="at">The carried member.</param>
    public TypePlan? Plan(ITypeSymbol type, string path, Location? at)
    {
        type = type.WithNullableAnnotation(NullableAnnotation.None);
        string name = type.Full();
        if (!_plans.TryGetValue(name, out TypePlan? plan))
        {
            int before = findings.Count;
            plan = Make(type, path, at);
            // Said once for each member that has it: a type that can't be carried is looked at again.
            if (plan is not null || findings.Count == before)
            {
                _plans[name] = plan;
            }
        }

        return plan;
    }

    public void Tell(DiagnosticDescriptor rule, Location? at, params string[] arguments) => findings.Add(Finding.Of(rule, at, arguments));

    public bool CanAccess(ISymbol symbol) => compilation.IsSymbolAccessibleWithin(symbol, from);

    public TypePlan? Refuse(DiagnosticDescriptor rule, Location? at, params string[] arguments)
    {
        Tell(rule, at, arguments);
        return null;
    }

    private TypePlan? Make(ITypeSymbol type, string path, Location? at)
    {
        if (KnownTypes.Scalars.TryGetValue(type.ToDisplayString(), out string? scalar))
        {
            return new($"{Names.GlobalCodecs}.{scalar}", FillsInPlace: false, IsComplete: true);
        }

        if (KnownTypes.Objects.TryGetValue(type.ToDisplayString(), out string? known))
        {
            return new($"{Names.GlobalCodecs}.{known}", FillsInPlace: true, IsComplete: known == "BitArray");
        }

        return type switch
        {
            IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte } =>
                new($"{Names.GlobalCodecs}.Bytes", FillsInPlace: true, IsComplete: true),
            IArrayTypeSymbol { Rank: 1 } array => Compose(type, "Array", [array.ElementType], path, at, fillsInPlace: true),
            IArrayTypeSymbol => Refuse(Rules.UnknownCollection, at, path, type.Short()),
            ITypeParameterSymbol => Refuse(Rules.OpenGeneric, at, path, type.Short()),
            { TypeKind: TypeKind.Delegate } => Refuse(Rules.CarriesDelegate, at, path, type.Short()),
            { TypeKind: TypeKind.Dynamic } or { SpecialType: SpecialType.System_Object } => Refuse(Rules.UnknownHolds, at, path, type.Short()),
            { TypeKind: TypeKind.Error } => null,
            INamedTypeSymbol { IsRefLikeType: false } named => MakeNamed(named, path, at),
            _ => Refuse(Rules.BelongsToProcess, at, path, type.Short()),
        };
    }

    private TypePlan? MakeNamed(INamedTypeSymbol type, string path, Location? at)
    {
        string definition = type.OriginalDefinition.ToDisplayString();
        if (type.TypeKind == TypeKind.Enum)
        {
            string number = type.EnumUnderlyingType!.ToDisplayString();
            string full = type.Full();
            return Field(
                $"global::Yadokari.Rpc.State.Coding.Codec<{full}>",
                $"{Names.GlobalCodecs}.Mapped<{full}, {number}>({Names.GlobalCodecs}.{KnownTypes.Scalars[number]}, static v => ({number})v, static v => ({full})v)",
                fillsInPlace: false,
                isComplete: true);
        }

        if (type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T)
        {
            return Compose(type, "Nullable", [.. type.TypeArguments], path, at, fillsInPlace: false, byValue: true);
        }

        if (definition is Names.CarriedDictionary or Names.CarriedList)
        {
            return Refuse(Rules.TrackedPlace, at, path, type.Short());
        }

        if (KnownTypes.Collections.TryGetValue(definition, out KnownCollection? collection))
        {
            return PlanCollection(type, collection, path, at);
        }

        if (KnownTypes.Interfaces.TryGetValue(definition, out (string[] Holds, bool OrList) interfaces))
        {
            return PlanInterface(type, interfaces.Holds, interfaces.OrList, path, at);
        }

        if (KnownTypes.IsSystem(type) && !KnownTypes.IsPlainSystemType(type))
        {
            return Refuse(Rules.BelongsToProcess, at, path, type.Short());
        }

        return (_objectPlanner ??= new ObjectPlanner(this)).Plan(type, path, at);
    }

    private TypePlan? PlanCollection(INamedTypeSymbol type, KnownCollection collection, string path, Location? at)
    {
        if (collection.NeedsKeys && Plan(type.TypeArguments[0], path, at) is { IsComplete: false })
        {
            return Refuse(Rules.IncompleteKey, at, path, type.Short(), type.TypeArguments[0].Short());
        }

        return Compose(type, collection.Factory, [.. type.TypeArguments], path, at, collection.FillsInPlace, byValue: type.IsValueType);
    }

    private TypePlan? PlanInterface(INamedTypeSymbol type, string[] holds, bool orList, string path, Location? at)
    {
        List<string> arguments = [];
        foreach (ITypeSymbol argument in type.TypeArguments)
        {
            if (Plan(argument, path, at) is not { } plan)
            {
                return null;
            }

            arguments.Add(plan.Codec);
        }

        string parts = string.Join(", ", type.TypeArguments.Select(static t => t.Full()));
        string full = type.Full();
        string codecs = string.Join(", ", arguments);
        IEnumerable<string> cases = holds.Select(name =>
        {
            string held = name == "[]"
                ? $"{parts}[]"
                : KnownTypes.Collections.Values.First(c => c.Factory == name).Definition.Split('<')[0] is var space ? $"global::{space}<{parts}>" : "";
            string factory = name == "[]" ? (parts == "byte" ? "Bytes" : $"Array<{parts}>({codecs})") : $"{name}<{parts}>({codecs})";
            return $"new global::Yadokari.Rpc.State.Coding.DerivedCase<{full}, {held}>(\"{name}\", {Names.GlobalCodecs}.{factory})";
        });
        string otherwise = orList ? $"{Names.GlobalCodecs}.ListLike<{full}, {parts}>({codecs}, static l => l)" : "null";
        return Field(
            $"global::Yadokari.Rpc.State.Coding.ReferenceCodec<{full}>",
            $"{Names.GlobalCodecs}.Polymorphic<{full}>({otherwise}, {string.Join(", ", cases)})",
            fillsInPlace: true,
            isComplete: false);
    }

    private TypePlan? Compose(
        ITypeSymbol type, string factory, ITypeSymbol[] parts, string path, Location? at, bool fillsInPlace, bool byValue = false)
    {
        List<TypePlan> plans = [];
        foreach (ITypeSymbol part in parts)
        {
            if (Plan(part, path, at) is not { } plan)
            {
                return null;
            }

            if (plan.FillsOnly)
            {
                return Refuse(Rules.NoConstructor, at, path, part.Short());
            }

            plans.Add(plan);
        }

        string arguments = string.Join(", ", parts.Select(static p => p.Full()));
        string codec = byValue ? "Codec" : "ReferenceCodec";
        return Field(
            $"global::Yadokari.Rpc.State.Coding.{codec}<{type.Full()}>",
            $"{Names.GlobalCodecs}.{factory}<{arguments}>({string.Join(", ", plans.Select(static p => p.Codec))})",
            fillsInPlace,
            isComplete: !fillsInPlace && plans.TrueForAll(static p => p.IsComplete));
    }

    /// <summary>A codec that is put together once for the class.</summary>
    public TypePlan Field(string type, string expression, bool fillsInPlace, bool isComplete)
    {
        string name = $"s_{_fields.Count}";
        _fields.Add((name, type, expression));
        return new($"__Codecs.{name}", fillsInPlace, isComplete);
    }

    /// <summary>A codec that is generated, by its class.</summary>
    public ObjectPlan AddObject(INamedTypeSymbol type)
    {
        var plan = new ObjectPlan(type, $"Object{_objects.Count}");
        _objects.Add(plan);
        return plan;
    }

    /// <summary>
    /// The name for a codec that is told later but made before all that are put together: those of types that lead back to
    /// themselves.
    /// </summary>
    public string ReserveField()
    {
        _early.Add(default);
        return $"p_{_early.Count - 1}";
    }

    public void TellField(string name, string type, string expression) => _early[int.Parse(name.Substring(2))] = (name, type, expression);

    /// <summary>Its members may lead back to the type, so it counts as planned before they are.</summary>
    public void SetPlan(INamedTypeSymbol type, TypePlan? plan)
    {
        if (plan is null)
        {
            _plans.Remove(type.Full());
        }
        else
        {
            _plans[type.Full()] = plan;
        }
    }
}
