"""scipy: sparse matrices in their formats, distributions."""

import numpy as np
import scipy.sparse as sp
import scipy.stats

DENSE = np.array([[0.0, 1.0], [2.0, 0.0]])

DISTINCT = {
    "sparse": [
        *(lambda: sp.csr_matrix(DENSE), lambda: sp.csc_matrix(DENSE), lambda: sp.coo_matrix(DENSE)),
        *(
            lambda: sp.csr_array(DENSE),
            lambda: sp.csr_matrix(DENSE * 2),
            lambda: sp.csr_matrix((2, 2)),
        ),
        *(lambda: sp.csr_matrix((2, 3)), lambda: sp.csr_matrix(DENSE.astype("f4"))),
        *(lambda: sp.lil_matrix(DENSE), lambda: sp.dok_matrix(DENSE), lambda: sp.dia_matrix(DENSE)),
    ],
    "distributions": [
        *(lambda: scipy.stats.norm(), lambda: scipy.stats.norm(1), lambda: scipy.stats.expon()),
    ],
}

ALIKE = {
    "sparse whatever was asked of it": [
        lambda: sp.csr_matrix(DENSE),
        lambda: _asked(sp.csr_matrix(DENSE)),
    ],
}


def _asked(matrix: sp.csr_matrix) -> sp.csr_matrix:
    assert matrix.has_sorted_indices and matrix.has_canonical_format and matrix.sum() == 3
    return matrix


# A copy of a distribution has a generator of its own in place of numpy's global one.
UNCOPIED = {"distributions"}
