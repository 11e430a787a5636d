"""The app: `python -m assistant serve`, `streamlit run app.py`, `uvicorn app:app` and `python app.py` all start it.

A server imports this file and gets the ASGI application; Streamlit then runs it again, as its script, for each reader.
"""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True) is None:
    from assistant.api import middleware, routes
    from assistant.ui import lifespan

    # Streamlit looks for these very words, `app = st.App(`.
    app = st.App(Path(__file__).resolve(), lifespan=lifespan, routes=routes(), middleware=middleware())
    if __name__ == "__main__":
        app.run()
else:
    from assistant.ui import main

    main()
