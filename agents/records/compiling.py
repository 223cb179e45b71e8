"""How rules are compiled: as parts that are linked into what calls them, and optimised there, once and together.

Numba makes of every function a library that can run on its own: linked with all that it calls, optimised, turned into
machine code. Of three hundred rules that call one another, only the outermost is ever run; this leaves out the rest.
``docs/decisions/0007-compile-time.md`` has the measurements.
"""

from __future__ import annotations

import os
import uuid
from typing import Any

from numba import _dynfunc, types  # type: ignore[attr-defined]
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder, _LowerResult
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.funcdesc import PythonFunctionDescriptor, default_mangler
from numba.core.runtime.context import NRTContext
from numba.core.typed_passes import AnnotateTypes, DumpParforDiagnostics, NativeLowering, NopythonRewrites
from numba.core.untyped_passes import WithLifting

LEFT_OUT = (WithLifting, NopythonRewrites, AnnotateTypes, DumpParforDiagnostics)
"""Passes of numba's that no rule needs: for ``with``, to fuse expressions of arrays, to print what was found."""


MARK = uuid.uuid4().hex


def named(name: str, types: Any, *, abi_tags: Any = (), uid: Any = None) -> str:
    """The name of a function's machine code, unlike any that another process gives.

    Numba counts functions and types anew in every process: two rules that were compiled in two of them have one name,
    and a third, which reads the code of both from the cache, would run one in place of the other.
    """
    return default_mangler(name, types, abi_tags=(*abi_tags, f"{MARK}{os.getpid()}"), uid=uid)


class Part(JITCodeLibrary):
    """The code of one function, as it was lowered, for others to link."""

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        """There is nothing more to do."""
        self._finalized = True

    def with_callees(self) -> list[Any]:
        """This part and all that it calls, each once: what a library must link to run it."""
        return list(dict.fromkeys([self, *self._linking_libraries]))


class Lent(NRTContext):
    """Counts no references to arrays of records: Python holds them for as long as a run lasts.

    Every rule is handed the buyers and the products; to count that, with a lock each time, took a fifth of a run.
    """

    def get_meminfos(self, builder: Any, ty: Any, val: Any) -> list[Any]:
        """What is counted of a value: pairs of a type and the memory behind it."""
        found = super().get_meminfos(builder, ty, val)
        return [(own, memory) for own, memory in found if not isinstance(getattr(own, "dtype", None), types.Record)]


@register_pass(mutates_CFG=True, analysis_only=False)
class PartLowering(NativeLowering):
    """Numba's lowering, into a :class:`Part`."""

    _name = "part_lowering"

    def run_pass(self, state: Any) -> bool:
        """Write the function's code and tell numba how to call it."""
        context, flags = state.targetctx, state.flags
        context.nrt = Lent(context, enabled=True)
        library = state.library = Part(context.codegen(), state.func_id.func_qualname)
        library._reload_init.update(state.reload_init)
        described = PythonFunctionDescriptor.from_specialized_function(
            state.func_ir,
            state.typemap,
            state.return_type,
            state.calltypes,
            mangler=context.mangler,
            inline=flags.forceinline,
            noalias=flags.noalias,
            abi_tags=[flags.get_mangle_string()],
        )
        with context.push_code_library(library):
            lower = self.lowering_class(context, library, described, state.func_ir, metadata=state.metadata)
            lower.lower()
        library.finalize()
        # What Python would call; as of every function that only compiled code calls, there is nothing behind it.
        stub = _dynfunc.make_function(described.lookup_module(), described.qualname, "", 0, lower.env, (library,))
        context.insert_user_function(stub, described, library.with_callees())
        state.reload_init.extend(library._reload_init)
        state["cr"] = _LowerResult(described, lower.call_helper, cfunc=stub, env=lower.env)
        return True


class Passes(PassManager):
    """Passes one after the other; numba's own manager also notes, at every pass, the types at hand in words."""

    def _runPass(self, index: int, pss: Any, internal_state: Any) -> None:
        pss.analysis = self._analysis
        pss.run_pass(internal_state)


class WholeCompiler(CompilerBase):
    """Numba's compiler for the function that Python calls: its passes in its order, without those LEFT_OUT."""

    lowering = NativeLowering

    def define_pipelines(self) -> list[PassManager]:
        """The passes to run."""
        self.state.targetctx.mangler = named
        passes = Passes("rules")
        for step, words in DefaultPassBuilder.define_nopython_pipeline(self.state).passes:
            if step not in LEFT_OUT:
                passes.add_pass(self.lowering if step is NativeLowering else step, words)
        passes.finalize()
        return [passes]


class PartCompiler(WholeCompiler):
    """The same for functions that only compiled code calls."""

    lowering = PartLowering
